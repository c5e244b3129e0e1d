import Voice

/// What the device is made of.
public struct AboutDevice: Sendable {
    /// Somebody else's work in it.
    public struct Part: Sendable {
        public let name: String
        /// The library's or program's, with its version if it has one.
        public let file: String
        /// By SPDX.
        public let licence: String

        public init(name: String, file: String, licence: String) {
            self.name = name
            self.file = file
            self.licence = licence
        }
    }

    public let version: String
    /// The distribution.
    public let system: String?
    public let kernel: String?
    /// The board or computer.
    public let machine: String?
    public let parts: [Part]

    public init(
        version: String, system: String?, kernel: String?, machine: String?, parts: [Part]
    ) {
        self.version = version
        self.system = system
        self.kernel = kernel
        self.machine = machine
        self.parts = parts
    }

    var json: JSONValue {
        func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
        let parts = parts.map { part in
            JSONValue.object([
                "name": .string(part.name), "file": .string(part.file),
                "licence": .string(part.licence),
            ])
        }
        return .object([
            "version": .string(version), "licence": "Apache-2.0", "system": text(system),
            "kernel": text(kernel), "machine": text(machine), "parts": .array(parts),
        ])
    }

    static var schema: JSONValue {
        let text = JSONSchema.text
        let textOrNull = JSONSchema.orNull(text)
        return JSONSchema.object([
            "version": text, "licence": text, "system": textOrNull, "kernel": textOrNull,
            "machine": textOrNull,
            "parts": JSONSchema.list(
                of: JSONSchema.object(["name": text, "file": text, "licence": text])),
        ])
    }
}
