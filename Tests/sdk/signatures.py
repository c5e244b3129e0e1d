"""Has botocore, Amazon's own library, sign requests at random, for our signer to be compared with.
Usage: signatures.py FILE"""

import datetime
import json
import random
import string
import sys
import urllib.parse

import botocore
import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

dice = random.Random()
seed = dice.randrange(1 << 32)
dice.seed(seed)


class Clock(datetime.datetime):
    now_is = None

    @classmethod
    def utcnow(cls):
        return cls.now_is.replace(tzinfo=None)

    @classmethod
    def now(cls, tz=None):
        return cls.now_is if tz else cls.now_is.replace(tzinfo=None)


def freeze(moment):
    Clock.now_is = moment
    botocore.auth.datetime = type("datetime", (), {"datetime": Clock, "timezone": datetime.timezone})
    if hasattr(botocore.auth, "get_current_datetime"):
        botocore.auth.get_current_datetime = lambda *a, **k: moment.replace(tzinfo=None)


def text(alphabet, least, most):
    return "".join(dice.choice(alphabet) for _ in range(dice.randint(least, most)))


plain = string.ascii_letters + string.digits
cases = []
for number in range(300):
    moment = datetime.datetime.fromtimestamp(
        dice.randint(1_767_225_600, 4_102_444_799), datetime.timezone.utc
    )
    freeze(moment)
    # Mostly what we make ourselves, sometimes whatever a key may be.
    parts = plain + "_-." if number % 3 else plain + "_-.~ +=&?#%äß漢!*'();:@,$[]"
    key = "/".join(text(parts, 1, 12).strip(".") or "x" for _ in range(dice.randint(1, 6)))
    case = {
        "endpoint": dice.choice(
            ["https://s3.eu-central-1.amazonaws.com", "http://192.168.1.5:9000", "http://nas/s3",
             "https://a.r2.cloudflarestorage.com", "http://[::1]:3900"]
        ),
        "bucket": text(string.ascii_lowercase + string.digits, 3, 20),
        "key": key,
        "region": dice.choice(["us-east-1", "eu-central-1", "auto", "garage"]),
        "accessKey": text(string.ascii_uppercase + string.digits, 16, 20),
        "secretKey": text(plain + "/+", 40, 40),
        "token": text(plain + "/+=", 20, 200) if dice.random() < 0.4 else None,
        "type": dice.choice(["audio/wav", "application/json", "text/plain; charset=utf-8"]),
        "body": text(plain + "\n ä", 0, 200),
        "unixTime": int(moment.timestamp()),
        "expires": dice.randint(1, 604_800),
    }
    credentials = Credentials(case["accessKey"], case["secretKey"], case["token"])
    encoded = urllib.parse.quote(key, safe="/~")
    url = f"{case['endpoint']}/{case['bucket']}/{encoded}"
    request = AWSRequest(
        "PUT", url, data=case["body"].encode(), headers={"Content-Type": case["type"]}
    )
    # Whether a payload is signed over HTTPS is a setting; ours always is.
    request.context["client_config"] = botocore.config.Config(s3={"payload_signing_enabled": True})
    request.context["payload_signing_enabled"] = True
    botocore.auth.S3SigV4Auth(credentials, "s3", case["region"]).add_auth(request)
    case["authorization"] = request.headers["Authorization"]
    request = AWSRequest("GET", url)
    botocore.auth.S3SigV4QueryAuth(
        credentials, "s3", case["region"], expires=case["expires"]
    ).add_auth(request)
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(request.url).query)
    case["presignedSignature"] = query["X-Amz-Signature"][0]
    cases.append(case)

with open(sys.argv[1], "w") as file:
    json.dump(cases, file)
print(f"check-sdk: {len(cases)} requests signed by botocore {botocore.__version__}, seed {seed}")
