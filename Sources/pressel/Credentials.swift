import Linux

/// A secret that somebody gave the service: a variable of its environment, or else one of systemd's
/// credentials, a file of that name (`LoadCredential=` in systemd.exec(5)). Nil if it is neither.
func environmentOrCredential(
    _ name: String, _ environment: (String) -> String? = environment
) -> String? {
    if let value = environment(name) { return value }
    guard let folder = environment("CREDENTIALS_DIRECTORY"),
        let bytes = try? readFile("\(folder)/\(name)", atMost: 64 * 1024), !bytes.isEmpty
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
}
