-- What the projections need to find their records by, without reading whole chains.

-- A customer's cursor must tell nothing: not the key of a feature that nobody has announced.
ALTER TABLE "features" ADD COLUMN "customer_position" TEXT COLLATE "C";
UPDATE "features" SET "customer_position" =
    encode(sha256(convert_to(("definition"->>'salt') || ':' || "key", 'UTF8')), 'hex');
ALTER TABLE "features" ALTER COLUMN "customer_position" SET NOT NULL;
CREATE INDEX "features_customer_position_idx" ON "features"("customer_position");

-- Contracts that name a capability: customers may be told of them.
ALTER TABLE "contracts" ADD COLUMN "named" BOOLEAN;
UPDATE "contracts" SET "named" = ("state"->'contract'->'capability') IS NOT NULL;
ALTER TABLE "contracts" ALTER COLUMN "named" SET NOT NULL;
CREATE INDEX "contracts_named" ON "contracts"("feature", "proposed_at_ms") WHERE ("named" = true);

CREATE INDEX "entries_chain_type_idx" ON "entries"("chain", "type");
