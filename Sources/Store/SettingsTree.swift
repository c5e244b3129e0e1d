public import Voice

extension Settings {
    /// Every key with the value that holds, as `reading` takes them; null where there is none.
    public var tree: JSONValue {
        .object([
            "name": .string(name), "language": .string(language), "timeZone": text(timeZone),
            "board": .string(board), "button": button.tree, "lights": lights.tree,
            "audio": audio.tree, "speechToText": Self.tree(speechToText),
            "languageModel": Self.tree(languageModel), "textToSpeech": Self.tree(textToSpeech),
            "conversation": conversation.tree, "history": history.tree, "web": web.tree,
            "network": .object(["caFile": text(network.caFile)]),
        ])
    }

    private static func tree(_ chain: [Link]?) -> JSONValue {
        chain.map { .array($0.map(\.tree)) } ?? .null
    }
}

extension Settings.Button {
    fileprivate var tree: JSONValue {
        .object([
            "source": .string(source.rawValue), "chip": .string(chip), "line": line.tree,
            "activeLow": .bool(activeLow), "bias": .string(bias.rawValue),
            "device": text(device), "mode": .string(mode.rawValue),
            "debounceMilliseconds": whole(debounceMilliseconds),
            "holdMilliseconds": whole(holdMilliseconds),
        ])
    }
}

extension Settings.Line {
    fileprivate var tree: JSONValue {
        switch self {
        case .number(let number): whole(number)
        case .name(let name): .string(name)
        }
    }
}

extension Settings.Lights {
    fileprivate var tree: JSONValue {
        let colours = palette.map { ($0.key.rawValue, JSONValue.string($0.value.text)) }
        return .object([
            "kind": .string(kind.rawValue), "chip": text(chip), "line": line?.tree ?? .null,
            "activeLow": .bool(activeLow), "red": red?.tree ?? .null,
            "green": green?.tree ?? .null, "blue": blue?.tree ?? .null, "path": text(path),
            "device": .string(device), "count": whole(count),
            "brightness": whole(brightness),
            "palette": .object(Dictionary(uniqueKeysWithValues: colours)),
        ])
    }
}

extension Settings.Audio {
    fileprivate var tree: JSONValue {
        .object([
            "captureDevice": .string(captureDevice), "playbackDevice": .string(playbackDevice),
            "volume": whole(volume), "sounds": .bool(sounds), "muted": .bool(muted),
            "keepSpeakerOpen": .bool(keepSpeakerOpen),
            "preRollMilliseconds": whole(preRollMilliseconds),
            "postRollMilliseconds": whole(postRollMilliseconds),
            "endOfSpeechMilliseconds": whole(endOfSpeechMilliseconds),
            "noSpeechSeconds": whole(noSpeechSeconds),
            "longestTurnSeconds": whole(longestTurnSeconds),
        ])
    }
}

extension Settings.Link {
    fileprivate var tree: JSONValue {
        .object([
            "provider": .string(provider), "baseURL": text(baseURL),
            "model": text(model), "language": text(language), "voice": text(voice),
            "speed": real(speed), "region": text(region),
            "timeoutSeconds": real(timeoutSeconds), "instructions": text(instructions),
            "sampleRate": whole(sampleRate), "upload": text(upload?.rawValue),
            "transport": text(transport?.rawValue), "maxTokens": whole(maxTokens),
            "maxTokensField": text(maxTokensField?.rawValue),
            "reasoningEffort": text(reasoningEffort), "tools": .bool(tools),
        ])
    }
}

extension Settings.Conversation {
    fileprivate var tree: JSONValue {
        .object([
            "systemPrompt": text(systemPrompt), "rememberedTurns": whole(rememberedTurns),
            "longestReplySeconds": whole(longestReplySeconds), "followUp": .bool(followUp),
        ])
    }
}

extension Settings.History {
    fileprivate var tree: JSONValue {
        let archive = archive.map { archive in
            JSONValue.object([
                "endpoint": text(archive.endpoint), "bucket": .string(archive.bucket),
                "region": .string(archive.region),
                "prefix": text(archive.prefix.isEmpty ? nil : archive.prefix),
            ])
        }
        return .object([
            "keepDays": whole(keepDays), "keepAudio": .bool(keepAudio),
            "archive": archive ?? .null,
        ])
    }
}

extension Settings.Web {
    fileprivate var tree: JSONValue {
        func list(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
        return .object([
            "listen": .string(listen), "port": whole(port), "tlsPort": whole(tlsPort),
            "publicURL": text(publicURL), "allowedHosts": list(allowedHosts),
            "allowedOrigins": list(allowedOrigins),
        ])
    }
}

extension Colour {
    /// As `init(_:)` takes it.
    fileprivate var text: String {
        "#"
            + [red, green, blue].map { part in
                (part < 16 ? "0" : "") + String(part, radix: 16)
            }.joined()
    }
}

extension JSONValue {
    /// The paths of all values, as complaints name them; a list is one value. Sorted.
    public var paths: [String] {
        guard case .object(let keys) = self else { return [] }
        return keys.flatMap { key, value -> [String] in
            guard case .object = value else { return [key] }
            return value.paths.map { "\(key).\($0)" }
        }.sorted()
    }

    /// The value at a path of `paths`, or that of which it is a part; nil if there is none.
    public subscript(path: String) -> JSONValue? {
        var value = self
        for key in path.split(separator: ".") {
            guard case .object(let keys) = value else { return value }
            guard let next = keys[String(key)] else { return nil }
            value = next
        }
        return value
    }

    /// The paths at which this and `other` differ. Sorted.
    public func difference(from other: JSONValue) -> [String] {
        Set(paths).union(other.paths).filter { self[$0] != other[$0] }.sorted()
    }
}

// By three names, so that nobody has to find out which is meant.
private func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
private func whole(_ number: Int?) -> JSONValue { number.map { .number(Double($0)) } ?? .null }
private func real(_ number: Double?) -> JSONValue { number.map { .number($0) } ?? .null }
