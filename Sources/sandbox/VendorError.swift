import Web

/// A refusal: what vendors say when they refuse. How each writes it is its own affair; the names
/// are OpenAI's, which says most.
struct VendorError: Error, Equatable {
    let status: Int
    let message: String
    let type: String
    let param: String?
    let code: String?
    let headers: [Header]

    init(
        _ status: Int, _ message: String, _ type: String = "invalid_request_error",
        param: String? = nil, code: String? = nil, headers: [(String, String)] = []
    ) {
        self.status = status
        self.message = message
        self.type = type
        self.param = param
        self.code = code
        self.headers = headers.map { Header($0.0, $0.1) }
    }

    /// What may be uploaded at once, in bytes.
    static let longestBody = 26_214_400

    static let wrongKey = VendorError(
        401, "Incorrect API key provided. You can find your API key in your account.",
        code: "invalid_api_key")
    static func tooLarge(_ size: Int) -> VendorError {
        VendorError(
            413, "Maximum content size limit (\(longestBody)) exceeded (\(size) bytes read)")
    }
    static func unknownModel(_ name: String) -> VendorError {
        VendorError(
            404, "The model `\(name)` does not exist or you do not have access to it.",
            param: "model", code: "model_not_found")
    }
    static func missing(_ name: String) -> VendorError {
        VendorError(
            400, "Missing required parameter: '\(name)'.", param: name,
            code: "missing_required_parameter")
    }
    static func unknown(_ name: String) -> VendorError {
        VendorError(
            400, "Unknown parameter: '\(name)'.", param: name, code: "unknown_parameter")
    }
    static func wrong(_ name: String, _ expected: String) -> VendorError {
        VendorError(
            400, "Invalid value for '\(name)': expected \(expected).", param: name,
            code: "invalid_value")
    }
    static func unsupported(_ name: String, _ why: String) -> VendorError {
        VendorError(
            400, "Unsupported parameter: '\(name)' \(why)", param: name,
            code: "unsupported_parameter")
    }
}

extension String {
    /// As a JSON string.
    var quoted: String {
        var text = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case let control where control.value < 0x20:
                let digits = String(control.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
