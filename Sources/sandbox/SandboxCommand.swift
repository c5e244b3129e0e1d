import Glibc
import Linux
import Voice
import Web

/// The command line.
@main
enum SandboxCommand {
    static let usage = """
        sandbox [--port N] [--profile instant|fast|typical|slow] [--fault RULES]
                [--reply TEXT | --reply-file FILE] [--transcript TEXT] [--key KEY]
                [--tool-call NAME:ARGUMENTS] [--tool-trigger TEXT]
                [--tls-certificate FILE --tls-key FILE] [--wyoming-port N]

        Stands in for the clouds of OpenAI, Anthropic, ElevenLabs, Azure and Google and for a
        bucket of S3 on 127.0.0.1, until it is ended; with --wyoming-port also for a Wyoming
        server, at a port of its own (0 is any).
        RULES: [ENDPOINT=]KIND[:every=N][:probability=P][:seed=N][:count=N], more with commas.
        ENDPOINT: \(Endpoint.list)
        KIND: \(Fault.list)
        KEY: what must be given, where each vendor looks for it; any by default, none if empty.
        POST /sandbox/script changes all of this; GET /sandbox/requests tells what was asked.
        """

    static func main() {
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            let options = try Options(
                arguments, flags: ["help"],
                valued: [
                    "port", "profile", "fault", "reply", "reply-file", "transcript", "key",
                    "tool-call", "tool-trigger", "tls-certificate", "tls-key", "wyoming-port",
                ])
            if options.has("help") {
                print(usage)
                return
            }
            guard options.operands.isEmpty, let port = Int(options["port"] ?? "0"),
                0...65_535 ~= port
            else { throw Options.Misuse("--port takes a number; nothing stands by itself") }
            let wyomingPort = options["wyoming-port"].flatMap { Int($0) }
            guard options["wyoming-port"] == nil || wyomingPort.map({ 0...65_535 ~= $0 }) == true
            else { throw Options.Misuse("--wyoming-port takes a number") }
            let signals = try Signals()
            let certificate = try certificate(options)
            let sandbox = try Sandbox(
                try script(options), port: port, certificate: certificate,
                wyomingPort: wyomingPort)
            let scheme = certificate == nil ? "http" : "https"
            print("listening on \(scheme)://127.0.0.1:\(sandbox.server.port)/v1")
            if let port = sandbox.wyomingPort { print("listening on tcp://127.0.0.1:\(port)") }
            fflush(nil)
            _ = signals.wait()
            sandbox.stop()
        } catch {
            let line = "sandbox: \(error)\n"
            _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
            exit(error is Options.Misuse || error is ScriptError ? 2 : 1)
        }
    }

    static func script(_ options: Options) throws -> Script {
        var script = Script()
        if let name = options["profile"] {
            guard let profile = Profile.named[name] else {
                throw ScriptError("\"\(name)\" is no profile; see sandbox --help")
            }
            script.profile = profile
        }
        for rule in (options["fault"] ?? "").split(separator: ",") {
            script.faults.append(try FaultRule(String(rule)))
        }
        script.reply = options["reply"]
        if let path = options["reply-file"] {
            script.reply = String(decoding: try readFile(path, atMost: 1 << 22), as: UTF8.self)
        }
        if let transcript = options["transcript"] { script.transcript = transcript }
        script.key = options["key"]
        script.toolCall = options["tool-call"].map {
            Script.ToolCall($0, trigger: options["tool-trigger"])
        }
        return script
    }

    private static func certificate(_ options: Options) throws -> Server.Certificate? {
        guard let chain = options["tls-certificate"], let key = options["tls-key"] else {
            return nil
        }
        func text(_ path: String) throws -> String {
            String(decoding: try readFile(path, atMost: 1 << 20), as: UTF8.self)
        }
        return Server.Certificate(chain: try text(chain), key: try text(key))
    }
}
