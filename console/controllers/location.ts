/** The page's address: going elsewhere, and hearing of every change of it, whoever made it. */

/** Goes to an address of this console without loading it anew; the router hears of it. */
export function navigate(href: string, mode: 'push' | 'replace' = 'push'): void {
  if (mode === 'push') history.pushState({}, '', href);
  else history.replaceState({}, '', href);
  window.dispatchEvent(new PopStateEvent('popstate'));
}

/**
 * Calls the listener after the address changed: by a link, by back and forward, by `pushState`.
 * Gives back the function that ends it.
 */
export function onLocationChange(listener: () => void): () => void {
  // The Navigation API hears pushState as well; a browser without it still hears back and forward.
  const source = 'navigation' in window ? window.navigation : undefined;
  source?.addEventListener('currententrychange', listener);
  window.addEventListener('popstate', listener);
  return () => {
    source?.removeEventListener('currententrychange', listener);
    window.removeEventListener('popstate', listener);
  };
}
