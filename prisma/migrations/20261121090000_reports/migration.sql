-- Reports read a period; entries lie in the order of their times, so a few pages say where it begins and ends.
CREATE INDEX "entries_at_ms_idx" ON "entries" USING BRIN ("at_ms");
