"""A small library, compiled when needed, that writes down what the hall does to the files of its log.

Loaded with LD_PRELOAD before the one of `shim`; BENCH_RECORD is the record's file. The record is of bytes given to the
kernel and of fsyncs, in the order in which the hall could know of them: a write is noted when it has ended, an
fsync both when it begins and when it has returned well, an acknowledgement before it leaves. Several
lives may follow one another in one record. Read by `power`.
"""

from pathlib import Path

from zhiheng.cli.hall_bench.shim import compiled
from zhiheng.delivery.hall.sqlite_store import LOG_FILE

RECORD = "BENCH_RECORD"

_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define NAME "@LOG@"
#define REAL(name) static __typeof__(name) *real; if (!real) real = dlsym(RTLD_NEXT, #name)

struct head { uint8_t kind, name_size; uint16_t none; uint32_t size; uint64_t place; };
static int record = -1;
static uint64_t syncs;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static char folder[PATH_MAX];

/* What of a path follows the log's name ("", "-wal", "-journal"), or none for another file. */
static const char *ours(const char *path) {
  const char *base = strrchr(path, '/');
  base = base ? base + 1 : path;
  if (strncmp(base, NAME, strlen(NAME)) != 0) return NULL;
  base += strlen(NAME);
  return strcmp(base, "-shm") == 0 ? NULL : base;
}

static const char *path_of(int fd, char *path) {
  char link[64];
  if (record < 0 || fd == record) return NULL;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t size = readlink(link, path, PATH_MAX - 1);
  if (size <= 0 || path[0] != '/') return NULL;
  path[size] = 0;
  return path;
}

static const char *name_of(int fd, char *path) { return path_of(fd, path) ? ours(path) : NULL; }

static uint64_t note(char kind, const char *name, uint64_t place, const void *data, size_t size) {
  int before = errno;
  pthread_mutex_lock(&turn);
  if (kind == 'B' || kind == 'D') place = ++syncs;
  struct head head = {kind, strlen(name), 0, size, place};
  struct iovec parts[] = {{&head, sizeof head}, {(void *)name, strlen(name)}, {(void *)data, size}};
  if (writev(record, parts, 3) != (ssize_t)(sizeof head + strlen(name) + size)) abort();  /* no record with gaps */
  pthread_mutex_unlock(&turn);
  errno = before;
  return place;
}

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("BENCH_RECORD");
  if (path) record = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (record >= 0) note('L', "", 0, "", 0);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  REAL(pwrite64);
  char path[PATH_MAX];
  ssize_t done = real(fd, data, size, at);
  const char *name = done > 0 ? name_of(fd, path) : NULL;
  if (name) note('W', name, at, data, done);
  return done;
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return pwrite64(fd, data, size, at); }

/* Every number in what is sent to a candidate. */
static void sent(int fd, const char *data, size_t size) {
  static const char key[] = "\"seq\":";
  struct stat facts;
  if (record < 0 || fstat(fd, &facts) != 0 || !S_ISSOCK(facts.st_mode)) return;
  for (const char *end = data + size, *at = data; (at = memmem(at, end - at, key, sizeof key - 1));) {
    uint64_t number = 0;
    for (at += sizeof key - 1; at < end && *at == ' '; at++) {}
    for (; at < end && *at >= '0' && *at <= '9'; at++) number = number * 10 + (*at - '0');
    note('A', "", number, "", 0);
  }
}

ssize_t write(int fd, const void *data, size_t size) {
  REAL(write);
  char path[PATH_MAX];
  sent(fd, data, size);
  const char *name = name_of(fd, path);
  off64_t at = name ? lseek64(fd, 0, SEEK_CUR) : 0;
  ssize_t done = real(fd, data, size);
  if (name && done > 0) note('W', name, at, data, done);
  return done;
}

ssize_t send(int fd, const void *data, size_t size, int flags) {
  REAL(send);
  sent(fd, data, size);
  return real(fd, data, size, flags);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(writev);
  for (int part = 0; fd != record && part < count; part++) sent(fd, parts[part].iov_base, parts[part].iov_len);
  return real(fd, parts, count);
}

ssize_t sendmsg(int fd, const struct msghdr *all, int flags) {
  REAL(sendmsg);
  for (size_t part = 0; part < all->msg_iovlen; part++)
    sent(fd, all->msg_iov[part].iov_base, all->msg_iov[part].iov_len);
  return real(fd, all, flags);
}

int ftruncate64(int fd, off64_t size) {
  REAL(ftruncate64);
  char path[PATH_MAX];
  int done = real(fd, size);
  const char *name = done == 0 ? name_of(fd, path) : NULL;
  if (name) note('T', name, size, "", 0);
  return done;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int synced(int fd, int (*real)(int)) {
  char path[PATH_MAX];
  const char *name = NULL;
  int of_folder = 0;
  if (path_of(fd, path)) {
    name = ours(path);
    of_folder = !name && folder[0] && strcmp(path, folder) == 0;
  }
  uint64_t number = name ? note('B', name, 0, "", 0) : of_folder ? note('D', "", 0, "", 0) : 0;
  int done = real(fd);
  if (number && done == 0) note(name ? 'E' : 'F', name ? name : "", number, "", 0);
  return done;
}
int fsync(int fd) { REAL(fsync); return synced(fd, real); }
int fdatasync(int fd) { REAL(fdatasync); return synced(fd, real); }

static int opened(const char *path, int flags, mode_t mode) {
  static int (*real)(const char *, int, ...);
  if (!real) real = dlsym(RTLD_NEXT, "open64");
  const char *name = record >= 0 ? ours(path) : NULL;
  int anew = name && (flags & O_CREAT) && access(path, F_OK) != 0;
  int fd = real(path, flags, mode);
  if (name && fd >= 0) {
    char whole[PATH_MAX];
    if (path_of(fd, whole)) { *strrchr(whole, '/') = 0; strcpy(folder, whole); }
    if (anew) note('C', name, 0, "", 0);
  }
  return fd;
}
#define OPEN(name) int name(const char *path, int flags, ...) { \
  va_list more; va_start(more, flags); mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0; \
  va_end(more); return opened(path, flags, mode); }
OPEN(open)
OPEN(open64)

int unlink(const char *path) {
  REAL(unlink);
  const char *name = record >= 0 ? ours(path) : NULL;
  int done = real(path);
  if (name && done == 0) note('U', name, 0, "", 0);
  return done;
}
"""


def build(folder: Path) -> Path | None:
    """The library, or None where there is no C compiler or it does not work."""
    return compiled(_SOURCE.replace("@LOG@", LOG_FILE), folder / "recorder.so")
