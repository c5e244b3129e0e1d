/// A file of the page.
struct PageFile: Sendable {
    let path: String
    let mediaType: String
    let summary: String
    let bytes: @Sendable () -> [UInt8]

    private init(
        _ path: String, _ mediaType: String, _ summary: String,
        _ bytes: @escaping @Sendable () -> [UInt8]
    ) {
        self.path = path
        self.mediaType = mediaType
        self.summary = summary
        self.bytes = bytes
    }

    private init(script name: String, _ bytes: @escaping @Sendable () -> [UInt8]) {
        self.init("/page/\(name)", "text/javascript", "A script of the page.") { plain(bytes()) }
    }

    /// All that there are: the first is the page.
    static let all: [PageFile] =
        [
            PageFile("/", "text/html", "The page.") { PackageResources.index_html },
            PageFile("/page/page.css", "text/css", "How it looks.") {
                plain(PackageResources.page_css)
            },
            PageFile("/page/icon.svg", "image/svg+xml", "Its icon.") { PackageResources.icon_svg },
            PageFile(script: "main.js") { PackageResources.main_js },
            PageFile(script: "dom.js") { PackageResources.dom_js },
            PageFile(script: "api.js") { PackageResources.api_js },
            PageFile(script: "live.js") { PackageResources.live_js },
            PageFile(script: "text.js") { PackageResources.text_js },
            PageFile(script: "core-texts.js") { PackageResources.core_texts_js },
            PageFile(script: "store.js") { PackageResources.store_js },
            PageFile(script: "form.js") { PackageResources.form_js },
            PageFile(script: "loudness.js") { PackageResources.loudness_js },
            PageFile(script: "sound.js") { PackageResources.sound_js },
            PageFile(script: "listener.js") { PackageResources.listener_js },
        ] + views

    private static let views: [PageFile] = [
        PageFile(script: "views/now.js") { PackageResources.now_js },
        PageFile(script: "views/entry.js") { PackageResources.entry_js },
        PageFile(script: "views/setup.js") { PackageResources.setup_js },
        PageFile(script: "views/settings.js") { PackageResources.settings_js },
        PageFile(script: "views/voices.js") { PackageResources.voices_js },
        PageFile(script: "views/history.js") { PackageResources.history_js },
        PageFile(script: "views/talk.js") { PackageResources.talk_js },
        PageFile(script: "views/security.js") { PackageResources.security_js },
        PageFile(script: "views/system.js") { PackageResources.system_js },
    ]
}
