"""A bucket of moto's for `pressel run` to copy turns to, and what is in it then, as Amazon's own
client sees it. Usage: archive.py ENDPOINT make, which prints the keys of who may; then
archive.py ENDPOINT check ACCESS_KEY SECRET_KEY FILE, where FILE holds the URLs that we signed."""

import io
import json
import re
import sys
import urllib.request
import wave

import boto3
import botocore.exceptions

endpoint, task, *rest = sys.argv[1:]


def client(service, access="setting-up", secret="setting-up"):
    return boto3.client(
        service, endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=access,
        aws_secret_access_key=secret,
    )


if task == "make":
    # Four requests, of which moto checks none; from then on it checks all.
    client("s3").create_bucket(Bucket="turns")
    iam = client("iam")
    iam.create_user(UserName="pressel")
    may = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
    iam.put_user_policy(UserName="pressel", PolicyName="all", PolicyDocument=json.dumps(may))
    key = iam.create_access_key(UserName="pressel")["AccessKey"]
    print(key["AccessKeyId"], key["SecretAccessKey"])
    sys.exit()

access, secret, urls = rest
bucket = client("s3", access, secret)


def check(what, truth):
    if not truth:
        sys.exit(f"check-sdk: {what}: not so")


listed = [item["Key"] for item in bucket.list_objects_v2(Bucket="turns")["Contents"]]
turns = [key for key in listed if key.endswith("/turn.json")]
check("there are turns", turns)
for key in turns:
    check(f"{key}", re.fullmatch(r"test/run/\d{4}/\d\d/\d\d/[0-9a-f]{16}/turn\.json", key))
    answer = bucket.get_object(Bucket="turns", Key=key)
    check("its type", answer["ContentType"] == "application/json")
    turn = json.load(answer["Body"])
    check("what it is", turn["outcome"] == "answered" and turn["reply"].startswith("It is "))
    check("whose", turn["id"] in key and turn["source"] == "button")
    check("when", turn["time"][:10].replace("-", "/") in key)
    check("its steps", {mark["step"] for mark in turn["timeline"]} >= {"pressed", "heard"})
    for name in ["question", "reply"]:
        answer = bucket.get_object(Bucket="turns", Key=key.replace("turn.json", f"{name}.wav"))
        check("its type", answer["ContentType"] == "audio/wav")
        with wave.open(io.BytesIO(answer["Body"].read())) as sound:
            check("that there is sound", sound.getnframes() > 8000)

try:
    client("s3", access, "a wrong secret").get_object(Bucket="turns", Key=turns[0])
    check("moto refuses a wrong secret", False)
except botocore.exceptions.ClientError as error:
    check("why", error.response["Error"]["Code"] == "SignatureDoesNotMatch")

# Moto checks no signatures in URLs, and stumbles over them while it checks those in headers.
off = urllib.request.Request(
    f"{endpoint}/moto-api/reset-auth", b"inf", {"Content-Type": "text/plain"}, method="POST"
)
urllib.request.urlopen(off).read()
signed = [line.split() for line in open(urls)]
check("there are URLs", signed)
for key, url in signed:
    kept = bucket.get_object(Bucket="turns", Key=key)["Body"].read()
    check("a URL serves its object", urllib.request.urlopen(url).read() == kept)
print(
    f"check-sdk: {len(listed)} objects of {len(turns)} turns in moto's bucket, every signature"
    f" checked, {len(signed)} URLs served"
)
