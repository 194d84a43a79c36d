// Small notes this machine keeps for comfort: the language, flags. A browser that refuses loses nothing that counts.

/** @param {string} name */
export function readNote(name) {
  try {
    return localStorage.getItem(`zhiheng-${name}`);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string | undefined} text undefined: forget it */
export function writeNote(name, text) {
  try {
    if (text === undefined) localStorage.removeItem(`zhiheng-${name}`);
    else localStorage.setItem(`zhiheng-${name}`, text);
  } catch {
    // private windows may refuse
  }
}
