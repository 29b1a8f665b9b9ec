-- A rollback may have to be looked at after the end of its rollout: whether it has helped.
ALTER TABLE "rollouts" ADD COLUMN "watched" BOOLEAN;
UPDATE "rollouts" SET "watched" = "wedge_state" IN ('PENDING', 'ACTIVE', 'PAUSED');
ALTER TABLE "rollouts" ALTER COLUMN "watched" SET NOT NULL;

DROP INDEX "rollouts_open";
CREATE INDEX "rollouts_watched" ON "rollouts"("id") WHERE (watched = true);
