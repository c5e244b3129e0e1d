import Voice

/// The answers of `/v1/messages`.
struct MessagesReply {
    let request: MessagesRequest
    /// Counted, for the names of answers.
    let number: Int
    let profile: Profile
    /// When the request was complete.
    let start: Moment

    private enum End: String {
        case endTurn = "end_turn"
        case maxTokens = "max_tokens"
        case toolUse = "tool_use"
    }

    /// - Parameter isEndless: says the text again and again.
    func saying(_ text: String, isEndless: Bool = false) -> Reply {
        // A text without a pause for breath is one for its size, not for its tokens.
        let isHuge = text.utf8.count > 100_000
        var all = isHuge ? pieces(of: text, length: 4096) : tokens(of: text)
        var end = End.endTurn
        if all.count > request.longestReply, !isHuge {
            all = Array(all.prefix(request.longestReply))
            end = .maxTokens
        }
        let interval = isHuge ? .zero : profile.token
        let last = moment(max(all.count - 1, 0), interval)
        guard request.isStream else {
            let block = "{\"type\":\"text\",\"text\":\(all.joined().quoted)}"
            return whole(block, end, count: all.count, at: last)
        }
        var index = -1
        let deltas = AnyIterator<Reply.Piece> {
            defer { index += 1 }
            if index < 0 {
                return beginning(of: #"{"type":"text","text":""}"#, at: moment(0, interval))
            }
            guard isEndless ? !all.isEmpty : index < all.count else { return nil }
            return delta(
                "{\"type\":\"text_delta\",\"text\":\(all[index % all.count].quoted)}",
                at: moment(index, interval))
        }
        return stream(deltas, end, count: all.count, at: last)
    }

    /// Uses a tool, its input in three pieces behind an empty one.
    func calling(_ name: String, arguments: String) -> Reply {
        func block(_ input: String) -> String {
            "{\"type\":\"tool_use\",\"id\":\"toolu_sandbox\(number)\",\"name\":\(name.quoted),"
                + "\"input\":\(input)}"
        }
        guard request.isStream else {
            return whole(block(arguments), .toolUse, count: 4, at: moment(3, profile.token))
        }
        let parts = [""] + pieces(of: arguments, length: max(1, (arguments.count + 2) / 3))
        var events = [beginning(of: block("{}"), at: moment(0, profile.token))]
        for (index, part) in parts.enumerated() {
            events.append(
                delta(
                    "{\"type\":\"input_json_delta\",\"partial_json\":\(part.quoted)}",
                    at: moment(index, profile.token)))
        }
        return stream(
            AnyIterator(events.makeIterator()), .toolUse, count: parts.count,
            at: moment(parts.count - 1, profile.token))
    }

    /// Of the token of that index: counted from the start, so that what one is late by does not
    /// make the next later.
    private func moment(_ index: Int, _ interval: Duration) -> Moment {
        start + profile.firstToken + interval * index
    }

    /// Whatever comes before the first token, all at once.
    private func beginning(of block: String, at moment: Moment) -> Reply.Piece {
        let message =
            "{\"type\":\"message_start\",\"message\":{\(head),\"content\":[],"
            + "\"stop_reason\":null,\"stop_sequence\":null,\(usage(1))}}"
        let start =
            "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":\(block)}"
        var piece = event("message_start", message, at: moment)
        piece.bytes += event("content_block_start", start, at: moment).bytes
        piece.bytes += event("ping", #"{"type":"ping"}"#, at: moment).bytes
        return piece
    }

    private func delta(_ delta: String, at moment: Moment) -> Reply.Piece {
        let data = "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":\(delta)}"
        return event("content_block_delta", data, at: moment)
    }

    private func stream(
        _ deltas: AnyIterator<Reply.Piece>, _ end: End, count: Int, at last: Moment
    ) -> Reply {
        let reason = "{\"stop_reason\":\"\(end.rawValue)\",\"stop_sequence\":null}"
        var ending = [
            event("content_block_stop", #"{"type":"content_block_stop","index":0}"#, at: last),
            event(
                "message_delta",
                "{\"type\":\"message_delta\",\"delta\":\(reason),"
                    + "\"usage\":{\"output_tokens\":\(count)}}", at: last),
            event("message_stop", #"{"type":"message_stop"}"#, at: last),
        ][...]
        return Reply(events: AnyIterator { deltas.next() ?? ending.popFirst() })
    }

    private func event(_ name: String, _ data: String, at moment: Moment) -> Reply.Piece {
        Reply.Piece(event: data, named: name, at: moment)
    }

    private func whole(_ block: String, _ end: End, count: Int, at moment: Moment) -> Reply {
        let text =
            "{\(head),\"content\":[\(block)],\"stop_reason\":\"\(end.rawValue)\","
            + "\"stop_sequence\":null,\(usage(count))}"
        return Reply(whole: Array(text.utf8), type: "application/json", at: moment)
    }

    private var head: String {
        "\"id\":\"msg_sandbox\(number)\",\"type\":\"message\",\"role\":\"assistant\","
            + "\"model\":\(request.model.quoted)"
    }

    private func usage(_ reply: Int) -> String {
        let prompt = tokens(of: request.question).count
        return "\"usage\":{\"input_tokens\":\(prompt),\"cache_creation_input_tokens\":0,"
            + "\"cache_read_input_tokens\":0,\"output_tokens\":\(reply),"
            + "\"service_tier\":\"standard\"}"
    }
}
