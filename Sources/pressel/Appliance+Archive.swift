import Linux
import Providers
import Store
import Voice

extension Appliance {
    /// Where turns are copied to, by the settings and the keys.
    enum ArchivePlace {
        /// The setting names none.
        case none
        /// Why the one that is named cannot be used: a line that says what to do.
        case unusable(String)
        case bucket(S3Bucket, prefix: String)
    }

    var archive: ArchivePlace {
        guard let archive = settings.history.archive else { return .none }
        guard settings.history.keepDays > 0 else {
            return .unusable(
                "setting history.archive has no effect while history.keepDays is 0, which keeps"
                    + " nothing that was said; set one of them otherwise")
        }
        guard let accessKey = secrets[.awsAccessKey], let secretKey = secrets[.awsSecretKey] else {
            return .unusable(
                "there are no keys for the archive; set AWS_ACCESS_KEY_ID and"
                    + " AWS_SECRET_ACCESS_KEY")
        }
        let bucket = S3Bucket(
            endpoint: archive.endpoint ?? "https://s3.\(archive.region).amazonaws.com",
            bucket: archive.bucket, region: archive.region,
            credentials: S3Credentials(accessKey: accessKey, secretKey: secretKey),
            client: cloud.client, unixTime: { SystemWallClock.unixTime })
        return .bucket(bucket, prefix: archive.prefix)
    }
}

/// The key of an object in the archive.
///
/// - Parameter prefix: without a slash at its ends; may be empty.
func archiveKey(_ key: String, below prefix: String) -> String {
    prefix.isEmpty ? key : "\(prefix)/\(key)"
}
