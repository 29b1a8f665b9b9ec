"""Buckets by the standard library alone, as docs in any language would compute them.

    python3 bucketing_vectors.py make > bucketing-vectors.json   (once; the numbers never change)
    python3 bucketing_vectors.py check < bucketing-vectors.json  (exit code 1 and the difference where they do)
"""
import hashlib
import json
import random
import sys


def unit_of(targeting_key, workspace_id):
    return targeting_key if workspace_id is None else f"{workspace_id}:{targeting_key}"


def bucket_of(salt, unit):
    digest = hashlib.sha256(f"{salt}:{unit}".encode("utf-8")).digest()
    return int.from_bytes(digest[:4], "big") * 100_000 // 2**32


def vector(salt, targeting_key, workspace_id):
    bucket = bucket_of(salt, unit_of(targeting_key, workspace_id))
    return {"salt": salt, "targetingKey": targeting_key, "workspaceId": workspace_id, "bucket": bucket}


SPECIAL_KEYS = [
    "a", "0", " ", "user-1", "user:1", "ein Schlüssel", "пользователь", "用户", "مستخدم", "👩‍🚀", "e\u0301", "\u00e9",
    "\ufeffbom", "line\nbreak", "tab\tkey", "\"quoted\"", "back\\slash", "__proto__", "constructor",
    "x" * 55, "x" * 56, "x" * 63, "x" * 64, "x" * 119, "x" * 4096,
]


def make():
    chance = random.Random(20261120)
    salts = [f"{chance.getrandbits(128):032x}" for _ in range(10)]
    vectors = [vector(salts[0], key, None) for key in SPECIAL_KEYS]
    vectors += [vector(salts[1], key, "acme") for key in SPECIAL_KEYS]
    while len(vectors) < 200:
        workspace = chance.choice([None, None, "acme", "globex", f"w-{chance.randrange(1000)}"])
        vectors.append(vector(chance.choice(salts), f"user-{chance.randrange(10**9)}", workspace))
    return vectors


def main():
    if sys.argv[1:] == ["make"]:
        print(json.dumps({"bucketing": "sha256-v1", "vectors": make()}, indent=1, ensure_ascii=True))
        return
    document = json.load(sys.stdin)
    wrong = [v for v in document["vectors"] if vector(v["salt"], v["targetingKey"], v["workspaceId"]) != v]
    if wrong or len(document["vectors"]) != 200:
        sys.exit(f"{len(wrong)} of {len(document['vectors'])} vectors differ: {wrong[:3]}")
    print("200 vectors agree")


main()
