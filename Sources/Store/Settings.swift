public import Voice

/// What the owner may change. Every key has a default, so a file names only exceptions.
public struct Settings: Equatable, Sendable {
    public var name = "pressel"
    /// BCP 47.
    public var language = "en"
    /// IANA; nil is the system's.
    public var timeZone: String?
    /// One of `Board.names`. What is known of it stands in the place of the defaults below.
    public var board = "generic"
    public var button = Button()
    public var lights = Lights()
    public var audio = Audio()
    /// Nil is the default chain.
    public var speechToText: [Link]?
    public var languageModel: [Link]?
    public var textToSpeech: [Link]?
    public var conversation = Conversation()
    public var history = History()
    public var web = Web()
    public var network = Network()

    /// A line of a GPIO chip, by its number or its name.
    public enum Line: Equatable, Sendable {
        case number(Int)
        case name(String)
    }

    public struct Button: Equatable, Sendable {
        public enum Source: String, CaseIterable, Sendable { case gpio, keyboard, input, none }
        public enum Bias: String, CaseIterable, Sendable {
            case pullUp = "pull-up"
            case pullDown = "pull-down"
            case none
        }
        public enum Mode: String, CaseIterable, Sendable { case auto, toggle }

        public var source = Source.gpio
        /// A label or a name.
        public var chip = "pinctrl-bcm2835"
        public var line = Line.number(17)
        public var activeLow = true
        public var bias = Bias.pullUp
        /// The path of an input device; the source `input` has no button without it.
        public var device: String?
        public var mode = Mode.auto
        public var debounceMilliseconds = 5
        public var holdMilliseconds = 400
    }

    public struct Lights: Equatable, Sendable {
        public enum Kind: String, CaseIterable, Sendable { case none, gpio, rgb, sysfs, apa102 }

        /// Whatever the kind needs is there; else it is `none`.
        public var kind = Kind.none
        /// A label or a name; nil is the button's.
        public var chip: String?
        public var line: Line?
        public var activeLow = false
        public var red: Line?
        public var green: Line?
        public var blue: Line?
        /// As in `/sys/class/leds/NAME`.
        public var path: String?
        /// An SPI device.
        public var device = "/dev/spidev0.0"
        /// Of the lamps in the chain.
        public var count = 1
        public var brightness = 100
        /// Only those that are not as usual.
        public var palette: [Light: Colour] = [:]
    }

    public struct Audio: Equatable, Sendable {
        public var captureDevice = "default"
        public var playbackDevice = "default"
        public var volume = 70
        public var sounds = true
        public var muted = false
        public var keepSpeakerOpen = false
        public var preRollMilliseconds = 300
        public var postRollMilliseconds = 600
        public var endOfSpeechMilliseconds = 800
        public var noSpeechSeconds = 5
        public var longestTurnSeconds = 60
    }

    /// One link of a chain of providers.
    public struct Link: Equatable, Sendable {
        public var provider: String
        public var baseURL: String?
        public var model: String?
        public var language: String?
        public var voice: String?
        /// A factor on the voice's usual speed.
        public var speed: Double?
        public var region: String?
        public var timeoutSeconds: Double?
        /// How a voice is to speak, for models that can be told.
        public var instructions: String?
        /// Of raw sound, where the server does not name it.
        public var sampleRate: Int?
        public var upload: Upload?
        public var transport: Transport?
        /// Of one reply, in tokens.
        public var maxTokens: Int?
        public var maxTokensField: MaxTokensField?
        /// For models that think before they write.
        public var reasoningEffort: String?
        /// Whether the model is offered what the device can do.
        public var tools = true

        /// How a recording travels.
        public enum Upload: String, CaseIterable, Sendable { case streamed, whole }

        /// How words travel to a voice: over a WebSocket, as they are written, or in a request for
        /// each part of a reply.
        public enum Transport: String, CaseIterable, Sendable { case stream, http }

        /// By which name the server knows the limit of a reply.
        public enum MaxTokensField: String, CaseIterable, Sendable {
            case maxCompletionTokens = "max_completion_tokens"
            case maxTokens = "max_tokens"
        }

        public init(provider: String) { self.provider = provider }

        /// Who may stand in `speechToText`.
        public static let recognizers = [
            "openai", "openai-realtime", "azure", "wyoming", "pocketsphinx",
        ]
        /// In `languageModel`.
        public static let models = ["openai", "anthropic", "skills"]
        /// In `textToSpeech`.
        public static let voices = [
            "openai", "openai-realtime", "elevenlabs", "azure", "google-translate", "wyoming",
            "espeak-ng",
        ]
    }

    public struct Conversation: Equatable, Sendable {
        public var systemPrompt: String?
        public var rememberedTurns = 10
        public var longestReplySeconds = 120
        public var followUp = false
    }

    public struct History: Equatable, Sendable {
        public var keepDays = 30
        public var keepAudio = false
        /// Nil keeps turns on the device only.
        public var archive: Archive?
    }

    /// A bucket that turns are copied to.
    public struct Archive: Equatable, Sendable {
        /// Nil is Amazon's own in the region.
        public var endpoint: String?
        public var bucket: String
        public var region = "us-east-1"
        /// What the objects' keys begin with, without a slash at its ends; empty for nothing.
        public var prefix = ""

        public init(bucket: String) { self.bucket = bucket }
    }

    public struct Web: Equatable, Sendable {
        public var listen = "0.0.0.0"
        public var port = 8080
        public var tlsPort = 0
        public var publicURL: String?
        public var allowedHosts: [String] = []
        public var allowedOrigins: [String] = []
    }

    public struct Network: Equatable, Sendable {
        public var caFile: String?
    }

    public init() {}
}
