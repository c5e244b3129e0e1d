import Web

/// The models there are.
struct AnthropicModel {
    let name: String
    let display: String
    /// RFC 3339.
    let created: String
    var lifecycle = "active"

    static let all = [
        AnthropicModel(
            name: "claude-opus-5-5", display: "Claude Opus 5.5", created: "2026-09-24T00:00:00Z"),
        AnthropicModel(
            name: "claude-sonnet-5-5", display: "Claude Sonnet 5.5",
            created: "2026-08-20T00:00:00Z"),
        AnthropicModel(
            name: "claude-haiku-5-5", display: "Claude Haiku 5.5", created: "2026-07-15T00:00:00Z"),
        AnthropicModel(
            name: "claude-haiku-4-5", display: "Claude Haiku 4.5", created: "2025-10-15T00:00:00Z",
            lifecycle: "deprecated"),
        // What is gone is listed still.
        AnthropicModel(
            name: "claude-3-haiku-20240307", display: "Claude Haiku 3",
            created: "2024-03-07T00:00:00Z", lifecycle: "retired"),
    ]

    static func check(_ name: String) throws(VendorError) {
        guard all.contains(where: { $0.name == name && $0.lifecycle != "retired" }) else {
            throw .unknownAnthropicModel(name)
        }
    }

    /// A page of the listing, as the query wants it.
    static func page(_ query: [(name: String, value: String)]) throws(VendorError) -> String {
        var limit = 20
        var models = all[...]
        for (name, value) in query {
            switch name {
            case "limit":
                guard let number = Int(value), 1...1000 ~= number else {
                    throw VendorError(400, "limit: Input should be from 1 to 1000")
                }
                limit = number
            case "after_id":
                guard let index = models.firstIndex(where: { $0.name == value }) else {
                    throw VendorError(400, "after_id: unknown id")
                }
                models = models[(index + 1)...]
            default: throw VendorError(400, "\(name): Extra inputs are not permitted")
            }
        }
        let page = models.prefix(limit)
        let data = page.map { model in
            """
            {"type":"model","id":\(model.name.quoted),"display_name":\(model.display.quoted),\
            "created_at":\(model.created.quoted),"lifecycle":\(model.lifecycle.quoted),\
            "deprecated_at":null,"retires_at":null}
            """
        }
        return """
            {"data":[\(data.joined(separator: ","))],"has_more":\(page.count < models.count),\
            "first_id":\(page.first?.name.quoted ?? "null"),\
            "last_id":\(page.last?.name.quoted ?? "null")}
            """
    }
}
