-- Closings that wait for the word of whoever serves lookups, and those words. A later version of the same word replaces it.
ALTER TABLE "features" ADD COLUMN "confirming" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "features" ALTER COLUMN "confirming" DROP DEFAULT;
CREATE INDEX "features_confirming" ON "features"("key") WHERE ("confirming" = true);
-- What was closed before anybody was asked waits for nobody.
-- By their text: `jsonb` can't keep all that JSON can say.
UPDATE "features" SET "state" = ('{"confirmationsPending":[],' || substr("state"::text, 2))::json;
UPDATE "rollouts" SET "state" = ('{"removal":null,' || substr("state"::text, 2))::json;

CREATE TABLE "members" (
    "name" TEXT COLLATE "C" NOT NULL,
    "since_ms" BIGINT NOT NULL,
    "heard_at_ms" BIGINT NOT NULL,

    CONSTRAINT "members_pkey" PRIMARY KEY ("name")
);

CREATE TABLE "acknowledgements" (
    "feature" TEXT COLLATE "C" NOT NULL,
    "member" TEXT COLLATE "C" NOT NULL,
    "version" BIGINT NOT NULL,
    "at_ms" BIGINT NOT NULL,

    CONSTRAINT "acknowledgements_pkey" PRIMARY KEY ("feature", "member")
);
