const STORAGE_KEY = 'tidings.project';

/** The project of the last visit; the server falls back to the account's first one. */
export function rememberedProject(): string | null {
  return window.localStorage.getItem(STORAGE_KEY);
}

/** Opens the console anew in another project: nothing of the old one may stay in memory. */
export function switchProject(id: string) {
  window.localStorage.setItem(STORAGE_KEY, id);
  window.location.assign('/');
}

export function forgetProject() {
  window.localStorage.removeItem(STORAGE_KEY);
}
