"""Made docs/bucketing-vectors.json, once; the numbers never change. Nothing of Sluice had a part in it:

    python3 make_bucketing_vectors.py > ../../../docs/bucketing-vectors.json
"""
import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "docs"))
sys.dont_write_bytecode = True
from check_bucketing import EVERYBODY, answer, bucket_of, unit_of  # noqa: E402

VECTORS = 200
SPECIAL_KEYS = [
    "a", "0", " ", "user-1", "user:1", "ein Schlüssel", "пользователь", "用户", "مستخدم", "👩‍🚀", "𝒰𝓈ℯ𝓇", "e\u0301", "\u00e9",
    "\ufeffbom", "line\nbreak", "tab\tkey", "\"quoted\"", "back\\slash", "__proto__", "constructor",
    "x" * 22, "x" * 23, "x" * 86, "x" * 87, "é" * 600, "😀" * 200, "x" * 4096,
]
SPECIAL_WORKSPACES = ["acme", "Größe & Söhne", "a:b", "工作區", "🏢", "constructor", "w" * 256]
CHANCE = random.Random(20261121)
SALTS = ["%032x" % CHANCE.getrandbits(128) for _ in range(10)] + ["s", "Salz: süß", "0" * 64]


def scope(groups="all", regions="all", tiers="all"):
    return {"groups": groups, "regions": regions, "tiers": tiers}


def grant(threshold, **facets):
    return {"scope": scope(**facets), "threshold": threshold}


def vector(context, grants, salt=SALTS[0], live=0, caps={}, raises={}):
    flag = {"salt": salt, "grants": grants, "caps": caps, "raises": raises, "live": live}
    return {"flag": flag, "context": context, "expected": answer(flag, context)}


def at_the_edges():
    """Every kind of key, alone and in a workspace, at a threshold that it just misses or just meets."""
    for place, key in enumerate(SPECIAL_KEYS):
        salt = SALTS[place % len(SALTS)]
        alone = {"targetingKey": key}
        inside = {"targetingKey": key, "workspaceId": SPECIAL_WORKSPACES[place % len(SPECIAL_WORKSPACES)]}
        for context, more in ((alone, 0), (inside, 1)):
            yield vector(context, [grant(bucket_of(salt, unit_of(context)) + more)], salt)


def of_cohorts():
    """The first and last bucket of each cohort, beneath, at and above one half."""
    for threshold in (1, 20, 25_000, 49_999, 50_000, 50_001, 75_000, 99_999):
        edges = {0, threshold - 1, threshold, EVERYBODY - threshold - 1, EVERYBODY - threshold, EVERYBODY - 1}
        for edge in sorted(edge for edge in edges if 0 <= edge < EVERYBODY)[:4]:
            # Someone near it: the one of many who lies nearest.
            users = ("user-%d" % number for number in range(20_000))
            nearest = min(users, key=lambda user: abs(bucket_of(SALTS[1], user) - edge))
            yield vector({"targetingKey": nearest}, [grant(threshold)], SALTS[1])


def of_scopes():
    inner, beta = grant(EVERYBODY, groups=["internal"]), grant(40_000, regions=["eu", "us"], tiers=["beta"])
    for context in (
        {"groups": ["internal"]}, {"groups": ["staff", "internal"]}, {"groups": ["staff"]}, {"region": "eu", "tier": "beta"},
        {"region": "eu"}, {"tier": "beta"}, {"region": "EU", "tier": "beta"}, {"region": "us", "tier": "beta", "groups": ["internal"]},
        {"groups": []}, {"groups": None, "region": None, "tier": None},
    ):
        for live in (0, 1, None):
            yield vector(dict(context, targetingKey="user-7"), [inner, beta, grant(5_000)], SALTS[2], live)


def of_overrides():
    for threshold in (0, 30_000, EVERYBODY):
        for caps, raises in (({"acme": 0}, {}), ({"acme": 10_000}, {}), ({"acme": EVERYBODY}, {}), ({}, {"acme": 80_000}), ({}, {"acme": EVERYBODY})):
            for workspace in ("acme", "globex"):
                context = {"targetingKey": "user-%d" % CHANCE.randrange(1000), "workspaceId": workspace}
                yield vector(context, [grant(threshold)], SALTS[3], 0, caps, raises)


def without_a_key():
    for context in ({}, {"targetingKey": ""}, {"targetingKey": None}, {"workspaceId": "acme"}, {"targetingKey": "u", "workspaceId": ""}):
        for grants in ([], [grant(0)], [grant(25_000)], [grant(EVERYBODY)]):
            yield vector(context, grants, SALTS[4], 0 if grants else None)


def any_others():
    while True:
        workspace = CHANCE.choice([{}, {}, {"workspaceId": "acme"}, {"workspaceId": "w-%d" % CHANCE.randrange(1000)}])
        context = dict(workspace, targetingKey="user-%d" % CHANCE.randrange(10**9))
        yield vector(context, [grant(CHANCE.randrange(EVERYBODY + 1))], CHANCE.choice(SALTS))


made = [one for some in (at_the_edges, of_cohorts, of_scopes, of_overrides, without_a_key) for one in some()]
others = any_others()
made += [next(others) for _ in range(VECTORS - len(made))]
if len(made) != VECTORS:
    sys.exit("%d vectors, not %d" % (len(made), VECTORS))
print('{"bucketing":"sha256-v1","vectors":[')
print(",\n".join(json.dumps(one, separators=(",", ":")) for one in made))
print("]}")
