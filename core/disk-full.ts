/** Whether a disk without room is why something failed: as the system, SQLite or DuckDB say it. */
export const isDiskFull = (error: unknown): boolean =>
  /SQLITE_FULL|database or disk is full|ENOSPC|no space left on device/i.test(
    `${(error as { code?: string }).code} ${(error as Error).message}`,
  );
