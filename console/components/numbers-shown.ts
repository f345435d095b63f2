/** Numbers come first: what is large or only pressed later is loaded behind the frame that shows them. */
const behindMs = 1_000;

export const numbersShown = () =>
  new Promise<void>((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    // Behind another tab nothing is drawn, and nobody waits.
    setTimeout(resolve, behindMs);
  });
