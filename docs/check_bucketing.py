"""Answers flags as docs/bucketing.md says it, with Python 3 alone and nothing of Sluice, and checks vectors:
python3 check_bucketing.py bucketing-vectors.json. Exit code 0 where all agree; 1, with the first that does not, where one differs."""
import hashlib
import json
import sys

EVERYBODY = 100000


def unit_of(context):
    key, workspace = context.get("targetingKey") or None, context.get("workspaceId") or None
    return key if key is None or workspace is None else workspace + ":" + key


def bucket_of(salt, unit):
    digest = hashlib.sha256((salt + ":" + unit).encode("utf-8")).digest()
    return int.from_bytes(digest[:4], "big") * EVERYBODY // 2**32


def matches(scope, context):
    has = {"groups": context.get("groups") or [], "regions": [context.get("region")], "tiers": [context.get("tier")]}
    return all(scope[facet] == "all" or any(value in scope[facet] for value in has[facet]) for facet in has)


def cohort_of(threshold, bucket):
    if bucket < threshold:
        return "treatment"
    return "control" if bucket >= EVERYBODY - min(threshold, EVERYBODY - threshold) else "rest"


def answer(flag, context):
    """The unit, its bucket, `on`, `off` or the error, and the cohort (None: no part of a comparison)."""
    unit = unit_of(context)
    bucket = None if unit is None else bucket_of(flag["salt"], unit)
    workspace = context.get("workspaceId")
    cap, raised = flag["caps"].get(workspace), flag["raises"].get(workspace, 0)
    met = max([raised] + [grant["threshold"] for grant in flag["grants"] if matches(grant["scope"], context)])
    limit = met if cap is None else min(met, cap)
    if bucket is None and 0 < limit < EVERYBODY:
        return {"unit": unit, "bucket": bucket, "answer": "TARGETING_KEY_MISSING", "cohort": None}
    isOn = limit == EVERYBODY or (limit > 0 and bucket < limit)
    said = {"unit": unit, "bucket": bucket, "answer": "on" if isOn else "off", "cohort": None}
    live = None if flag["live"] is None else flag["grants"][flag["live"]]
    if live is None or not matches(live["scope"], context):
        return said
    threshold = live["threshold"]
    if threshold == EVERYBODY and cap is None:
        return dict(said, cohort="treatment")
    if bucket is None:
        return said
    # Met, or not met, by an override against what the rollout says: no evidence for either side.
    exposed = bucket < min(max(threshold, raised), EVERYBODY if cap is None else cap)
    return dict(said, cohort=cohort_of(threshold, bucket) if exposed == (bucket < threshold) else "rest")


def check(document):
    """The place of the first vector that differs, and what it should say; None where all agree."""
    for place, vector in enumerate(document["vectors"]):
        said = answer(vector["flag"], vector["context"])
        if said != vector["expected"]:
            return "vector %d: %s, not %s" % (place, said, vector["expected"])
    return None


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        document = json.load(file)
    found = check(document)
    print(found or "%d vectors agree" % len(document["vectors"]))
    sys.exit(1 if found else 0)
