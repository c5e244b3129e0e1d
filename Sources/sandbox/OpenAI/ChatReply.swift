import Voice

/// The answers of `/v1/chat/completions`.
struct ChatReply {
    let request: ChatRequest
    /// Counted, for the names of answers.
    let number: Int
    let profile: Profile
    /// When the request was complete.
    let start: Moment

    private enum End: String { case stop, length, toolCalls = "tool_calls" }

    /// - Parameter isEndless: says the text again and again.
    func saying(_ text: String, isEndless: Bool = false) -> Reply {
        // A text without a pause for breath is one for its size, not for its tokens.
        let isHuge = text.utf8.count > 100_000
        var all = isHuge ? pieces(of: text, length: 4096) : tokens(of: text)
        var end = End.stop
        if let longest = request.longestReply, all.count > longest, !isHuge {
            all = Array(all.prefix(longest))
            end = .length
        }
        let interval = isHuge ? .zero : profile.token
        let last = moment(max(all.count - 1, 0), interval)
        guard request.isStream else {
            let message =
                "{\"role\":\"assistant\",\"content\":\(all.joined().quoted),"
                + "\"refusal\":null,\"annotations\":[]}"
            return whole(message, end, count: all.count, at: last)
        }
        var index = -1
        let deltas = AnyIterator<Reply.Piece> {
            defer { index += 1 }
            if index < 0 {
                let role = #"{"role":"assistant","content":"","refusal":null}"#
                return chunk(role, at: moment(0, interval))
            }
            guard isEndless ? !all.isEmpty : index < all.count else { return nil }
            return chunk(
                "{\"content\":\(all[index % all.count].quoted)}", at: moment(index, interval))
        }
        return stream(deltas, end, count: all.count, at: last)
    }

    /// Calls a function of the device's, its arguments in three pieces.
    func calling(_ name: String, arguments: String) -> Reply {
        let id = "call_sandbox\(number)"
        guard request.isStream else {
            let message =
                "{\"role\":\"assistant\",\"content\":null,\"refusal\":null,"
                + "\"tool_calls\":[{\"id\":\(id.quoted),\"type\":\"function\",\"function\":"
                + "{\"name\":\(name.quoted),\"arguments\":\(arguments.quoted)}}]}"
            return whole(message, .toolCalls, count: 4, at: moment(3, profile.token))
        }
        let first =
            "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"index\":0,"
            + "\"id\":\(id.quoted),\"type\":\"function\",\"function\":"
            + "{\"name\":\(name.quoted),\"arguments\":\"\"}}],\"refusal\":null}"
        let parts = pieces(of: arguments, length: max(1, (arguments.count + 2) / 3))
        let deltas =
            [first]
            + parts.map {
                "{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\($0.quoted)}}]}"
            }
        let chunks = deltas.enumerated().map { chunk($1, at: moment($0, profile.token)) }
        return stream(
            AnyIterator(chunks.makeIterator()), .toolCalls, count: parts.count,
            at: moment(parts.count, profile.token))
    }

    /// Of the token of that index: counted from the start, so that what one is late by does not
    /// make the next later.
    private func moment(_ index: Int, _ interval: Duration) -> Moment {
        start + profile.firstToken + interval * index
    }

    private func stream(
        _ deltas: AnyIterator<Reply.Piece>, _ end: End, count: Int, at last: Moment
    ) -> Reply {
        var ending = [chunk("{}", end: end, at: last)]
        if request.includesUsage {
            let data = "{\(head("chat.completion.chunk")),\"choices\":[],\(usage(count))}"
            ending.append(Reply.Piece(event: data, at: last))
        }
        ending.append(Reply.Piece(event: "[DONE]", at: last))
        var rest = ending[...]
        return Reply(events: AnyIterator { deltas.next() ?? rest.popFirst() })
    }

    private func chunk(_ delta: String, end: End? = nil, at moment: Moment) -> Reply.Piece {
        let reason = end.map { "\"\($0.rawValue)\"" } ?? "null"
        var data =
            "{\(head("chat.completion.chunk")),\"choices\":[{\"index\":0,\"delta\":\(delta),"
            + "\"logprobs\":null,\"finish_reason\":\(reason)}]"
        if request.includesUsage { data += ",\"usage\":null" }
        if request.includesObfuscation {
            let letters = "aZ3kQ9pLx7Rt2Vb8"
            data += ",\"obfuscation\":\"\(letters.prefix(16 - delta.utf8.count % 16))\""
        }
        return Reply.Piece(event: data + "}", at: moment)
    }

    private func whole(
        _ message: String, _ end: End, count: Int, at moment: Moment
    ) -> Reply {
        let text =
            "{\(head("chat.completion")),\"choices\":[{\"index\":0,\"message\":\(message),"
            + "\"logprobs\":null,\"finish_reason\":\"\(end.rawValue)\"}],\(usage(count))}"
        return Reply(whole: Array(text.utf8), type: "application/json", at: moment)
    }

    private func head(_ object: String) -> String {
        "\"id\":\"chatcmpl-sandbox\(number)\",\"object\":\"\(object)\",\"created\":1700000000,"
            + "\"model\":\(request.model.quoted),\"service_tier\":\"default\","
            + "\"system_fingerprint\":null"
    }

    private func usage(_ reply: Int) -> String {
        let prompt = tokens(of: request.question).count
        return "\"usage\":{\"prompt_tokens\":\(prompt),\"completion_tokens\":\(reply),"
            + "\"total_tokens\":\(prompt + reply),"
            + "\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0},"
            + "\"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0}}"
    }
}

/// `text` cut into pieces of so many characters, the last one shorter.
func pieces(of text: String, length: Int) -> [String] {
    var rest = text[...]
    var pieces: [String] = []
    while !rest.isEmpty {
        pieces.append(String(rest.prefix(length)))
        rest = rest.dropFirst(length)
    }
    return pieces
}
