-- Times are epoch milliseconds that the application gave: no statement asks the database's clock.
-- Documents are `json`, not `jsonb`: kept byte for byte, and whatever JSON can say can be kept.
-- Keys are compared by their bytes (`COLLATE "C"`), whatever the locale of the server.

CREATE TABLE "entries" (
    "chain" TEXT COLLATE "C" NOT NULL,
    "seq" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "at_ms" BIGINT NOT NULL,
    "contract_id" TEXT COLLATE "C",
    "rollout_id" TEXT COLLATE "C",
    "hash" TEXT NOT NULL,
    "entry" JSON NOT NULL,

    CONSTRAINT "entries_pkey" PRIMARY KEY ("chain", "seq")
);
CREATE INDEX "entries_rollout_id_seq_idx" ON "entries"("rollout_id", "seq");

CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER "entries_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "entries"
    FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
-- ALWAYS: also in a session that plays a replica, which skips ordinary triggers.
ALTER TABLE "entries" ENABLE ALWAYS TRIGGER "entries_append_only";
-- A superuser passes these rights; the trigger stops it all the same.
REVOKE UPDATE, DELETE, TRUNCATE ON "entries" FROM PUBLIC, CURRENT_USER;

CREATE TABLE "chains" (
    "chain" TEXT COLLATE "C" NOT NULL,
    "seq" INTEGER NOT NULL,
    "hash" TEXT NOT NULL,
    "at_ms" BIGINT NOT NULL,

    CONSTRAINT "chains_pkey" PRIMARY KEY ("chain")
);

CREATE TABLE "features" (
    "key" TEXT COLLATE "C" NOT NULL,
    "owner" TEXT NOT NULL,
    "archived" BOOLEAN NOT NULL,
    "definition" JSON NOT NULL,
    "definition_version" INTEGER NOT NULL,
    "state" JSON NOT NULL,

    CONSTRAINT "features_pkey" PRIMARY KEY ("key")
);

CREATE TABLE "contracts" (
    "id" TEXT COLLATE "C" NOT NULL,
    "feature" TEXT COLLATE "C" NOT NULL,
    "proposed_at_ms" BIGINT NOT NULL,
    "state" JSON NOT NULL,

    CONSTRAINT "contracts_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "contracts_proposed_at_ms_id_idx" ON "contracts"("proposed_at_ms", "id");

CREATE TABLE "rollouts" (
    "id" TEXT COLLATE "C" NOT NULL,
    "feature" TEXT COLLATE "C" NOT NULL,
    "created_at_ms" BIGINT NOT NULL,
    "wedge_state" TEXT NOT NULL,
    "dry_run" BOOLEAN NOT NULL,
    "live" BOOLEAN NOT NULL,
    "version" INTEGER NOT NULL,
    "state" JSON NOT NULL,
    "tick_at_ms" BIGINT,
    "next_check_at_ms" BIGINT,
    "lease_until_ms" BIGINT,
    "fence" INTEGER NOT NULL,

    CONSTRAINT "rollouts_pkey" PRIMARY KEY ("id")
) WITH (fillfactor = 70);
-- The state holds contract and policy. Out of line it is not copied by the two small updates of each tick.
ALTER TABLE "rollouts" ALTER COLUMN "state" SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX "rollouts_one_live_per_feature" ON "rollouts"("feature") WHERE ("live" = true);
CREATE INDEX "rollouts_created_at_ms_id_idx" ON "rollouts"("created_at_ms", "id");
CREATE INDEX "rollouts_open" ON "rollouts"("id") WHERE (wedge_state IN ('PENDING', 'ACTIVE', 'PAUSED'));

CREATE TABLE "ticks" (
    "rollout_id" TEXT COLLATE "C" NOT NULL,
    "at_ms" BIGINT NOT NULL,
    "tick" JSON NOT NULL,

    CONSTRAINT "ticks_pkey" PRIMARY KEY ("rollout_id", "at_ms")
);
CREATE INDEX "ticks_at_ms_idx" ON "ticks" USING BRIN ("at_ms");

CREATE TABLE "installation" (
    "chain" TEXT COLLATE "C" NOT NULL,
    "state" JSON NOT NULL,

    CONSTRAINT "installation_pkey" PRIMARY KEY ("chain")
);

CREATE TABLE "tokens" (
    "id" TEXT COLLATE "C" NOT NULL,
    "hash" TEXT COLLATE "C" NOT NULL,
    "subject" TEXT NOT NULL,
    "roles" TEXT[],
    "features" JSON,
    "created_at_ms" BIGINT NOT NULL,
    "expires_at_ms" BIGINT,
    "revoked_at_ms" BIGINT,

    CONSTRAINT "tokens_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "tokens_hash_key" ON "tokens"("hash");

CREATE TABLE "idempotency_keys" (
    "token_id" TEXT COLLATE "C" NOT NULL,
    "key" TEXT COLLATE "C" NOT NULL,
    "request_hash" TEXT NOT NULL,
    "begun_at_ms" BIGINT NOT NULL,
    "answer" JSON,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("token_id", "key")
);
CREATE INDEX "idempotency_keys_begun_at_ms_idx" ON "idempotency_keys"("begun_at_ms");

CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "notice" JSON NOT NULL,
    "attempts" INTEGER NOT NULL,
    "due_at_ms" BIGINT,
    "detail" TEXT,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "outbox_due_at_ms_idx" ON "outbox"("due_at_ms");
