const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves when this process is asked to stop, or when the one that started it has gone. Asking again changes nothing. */
export function stopRequested(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      resolve();
      // Open, the channel to the one that started us would keep this process alive.
      if (process.connected) process.disconnect?.();
    };
    // `on`, not `once`: Ctrl-C comes twice below npm, and the second one would end us before our children.
    for (const signal of SIGNALS) process.on(signal, stop);
    // A channel exists only below the story, and closes with it, even where that was killed.
    process.once('disconnect', resolve);
  });
}
