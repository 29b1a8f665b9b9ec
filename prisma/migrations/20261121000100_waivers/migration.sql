CREATE TABLE "waivers" (
    "id" TEXT COLLATE "C" NOT NULL,
    "feature" TEXT COLLATE "C" NOT NULL,
    "plan_digest" TEXT COLLATE "C" NOT NULL,
    "standing" TEXT NOT NULL,
    "requested_at_ms" BIGINT NOT NULL,
    "expires_at_ms" BIGINT NOT NULL,
    "state" JSON NOT NULL,

    CONSTRAINT "waivers_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "waivers_requested_at_ms_id_idx" ON "waivers"("requested_at_ms", "id");
CREATE INDEX "waivers_feature_plan_digest_idx" ON "waivers"("feature", "plan_digest");
CREATE INDEX "waivers_open" ON "waivers"("expires_at_ms") WHERE (standing IN ('requested', 'approved'));
