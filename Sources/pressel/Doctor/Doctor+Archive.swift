import Linux
import Providers
import Voice

extension Doctor {
    /// Stores a small object where turns would go, since permission to store is all that their key
    /// needs to have. Nil where the settings name no archive.
    func archiveFinding() async -> Finding? {
        switch appliance.archive {
        case .none: return nil
        case .unusable(let reason):
            let halves = reason.split(separator: ";", maxSplits: 1).map(String.init)
            return .fails(.archive, halves[0], String(halves[1].drop { $0 == " " }))
        case .bucket(let bucket, let prefix):
            let key = archiveKey("doctor.txt", below: prefix)
            let text = "Written by pressel doctor, to see whether turns can be stored here.\n"
            do throws(S3Failure) {
                try await bucket.put(Array(text.utf8), at: key, type: "text/plain")
                return .works(.archive, "\(bucket.name) takes objects")
            } catch {
                return Self.finding(on: error)
            }
        }
    }

    static func finding(on failure: S3Failure) -> Finding {
        switch (failure.cure, failure.error) {
        case (.clock, _):
            .note(
                .archive, "\(failure)",
                "turns wait on the device until its clock is right: timedatectl set-ntp true")
        case (_, .keyRefused):
            .fails(
                .archive, "\(failure)",
                "look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and whether this key may"
                    + " store objects in the bucket")
        case (.owner, _):
            .fails(
                .archive, "\(failure)",
                "look at the settings history.archive.endpoint, .bucket and .region")
        default:
            .fails(
                .archive, "\(failure)",
                "turns wait on the device meanwhile; look at the network, and at the setting"
                    + " history.archive.endpoint")
        }
    }
}
