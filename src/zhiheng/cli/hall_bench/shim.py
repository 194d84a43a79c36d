"""A small library, compiled when needed, that makes the disk slow, full, or the clock wrong for one process tree.

Loaded with LD_PRELOAD, steered by the environment: BENCH_FSYNC_US, microseconds added to every fsync; BENCH_FULL,
a file: while it exists, writes to files fail for want of room; BENCH_CLOCK, a file with seconds to add to the clock.
"""

import shutil
import subprocess
from pathlib import Path

SLOW, FULL, CLOCK = "BENCH_FSYNC_US", "BENCH_FULL", "BENCH_CLOCK"

_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static long slow_us; static const char *full_file, *clock_file;
static int (*real_fsync)(int), (*real_fdatasync)(int), (*real_gettime)(clockid_t, struct timespec *);
static ssize_t (*real_write)(int, const void *, size_t), (*real_pwrite)(int, const void *, size_t, off_t);

__attribute__((constructor)) static void start(void) {
  const char *us = getenv("BENCH_FSYNC_US");
  slow_us = us ? atol(us) : 0;
  full_file = getenv("BENCH_FULL");
  clock_file = getenv("BENCH_CLOCK");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_gettime = dlsym(RTLD_NEXT, "clock_gettime");
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
}

static void delay(void) {
  if (slow_us > 0) {
    struct timespec span = {slow_us / 1000000, slow_us % 1000000 * 1000};
    while (nanosleep(&span, &span) == -1 && errno == EINTR) {}
  }
}

int fsync(int fd) { int done = real_fsync(fd); delay(); return done; }
int fdatasync(int fd) { int done = real_fdatasync(fd); delay(); return done; }

static int no_room(int fd) {
  struct stat facts;
  if (!full_file || access(full_file, F_OK) != 0 || fstat(fd, &facts) != 0) return 0;
  return S_ISREG(facts.st_mode);
}

ssize_t write(int fd, const void *data, size_t size) {
  if (no_room(fd)) { errno = ENOSPC; return -1; }
  return real_write(fd, data, size);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off_t at) {
  if (no_room(fd)) { errno = ENOSPC; return -1; }
  return real_pwrite(fd, data, size, at);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return pwrite64(fd, data, size, at); }

static long shift(void) {
  static long seconds; static time_t looked; struct timespec now;
  if (!clock_file) return 0;
  real_gettime(CLOCK_MONOTONIC, &now);
  if (now.tv_sec != looked) {
    FILE *file = fopen(clock_file, "r");
    looked = now.tv_sec;
    seconds = 0;
    if (file) { if (fscanf(file, "%ld", &seconds) != 1) seconds = 0; fclose(file); }
  }
  return seconds;
}

int clock_gettime(clockid_t which, struct timespec *now) {
  int done = real_gettime(which, now);
  if (done == 0 && which == CLOCK_REALTIME) now->tv_sec += shift();
  return done;
}
"""


def build(folder: Path) -> Path | None:
    """The library, or None where there is no C compiler or it does not work."""
    return compiled(_SOURCE, folder / "shim.so")


def compiled(source: str, library: Path) -> Path | None:
    """A library to be preloaded, or None where there is no C compiler or it does not work."""
    compiler = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")
    if compiler is None:
        return None
    text = library.with_suffix(".c")
    text.write_text(source)
    words = [compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(text), "-ldl", "-lpthread"]
    done = subprocess.run(words, capture_output=True, check=False)
    if done.returncode != 0:
        return None
    library.chmod(0o755)  # PostgreSQL runs as another account and loads it too
    return library


def slow_disk(folder: Path, *, milliseconds: int) -> tuple[dict[str, str], list[str]] | None:
    """Environment and words before a command that add so much to every fsync of it: by the library, or by strace.

    None where neither is there.
    """
    library = build(folder)
    if library is not None:
        return {"LD_PRELOAD": str(library), SLOW: str(milliseconds * 1000)}, []
    strace = shutil.which("strace")
    if strace is None:
        return None
    inject = f"inject=fdatasync,fsync:delay_exit={milliseconds * 1000}"
    return {}, [
        strace,
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        "trace=fdatasync,fsync",
        "-e",
        inject,
    ]
