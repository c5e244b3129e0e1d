// swift-tools-version: 6.0
import PackageDescription

// The dependency list below is the architecture: `pressel` introduces the parts to each
// other, the parts stand side by side and see only Codec, Linux and Voice, and every C
// library has exactly one importer.

let strict: [SwiftSetting] = [.enableUpcomingFeature("InternalImportsByDefault")]

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies + ["TestSupport"], swiftSettings: strict)
}

let package = Package(
    name: "pressel",
    products: [
        .executable(name: "pressel", targets: ["pressel"]),
        .library(name: "asound_paced", type: .dynamic, targets: ["PacedDevice"]),
    ],
    targets: [
        .systemLibrary(name: "CALSA"),
        .systemLibrary(name: "CCurl"),
        .target(name: "CGPIO", linkerSettings: [.linkedLibrary("gpiod")]),
        .systemLibrary(name: "CGnuTLS"),
        .systemLibrary(name: "CLAME"),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CMPG123"),
        .systemLibrary(name: "CMicroHTTPD"),
        .systemLibrary(name: "CPocketSphinx", pkgConfig: "pocketsphinx"),
        .systemLibrary(name: "CSndFile"),
        .systemLibrary(name: "CSodium"),
        .systemLibrary(name: "CSpeexDSP"),
        .systemLibrary(name: "CSQLite"),
        .systemLibrary(name: "CSystemd"),
        .systemLibrary(name: "CWslay"),
        .systemLibrary(name: "CZlib"),
        // Without PIC, ALSA's macros make a plug-in to be linked in, not one to be loaded.
        .target(
            name: "PacedDevice", cSettings: [.define("PIC")],
            linkerSettings: [.linkedLibrary("asound")]),

        library("Voice", []),
        library("Linux", ["Voice", "CGnuTLS", "CLinux"]),
        library("WebSockets", ["Linux", "Voice", "CWslay"]),
        library("Codec", ["Voice", "CLAME", "CMPG123", "CSndFile", "CSpeexDSP"]),
        library("Audio", ["Codec", "Linux", "Voice", "CALSA"]),
        library("Panel", ["Linux", "Voice", "CGPIO"]),
        library(
            "Providers", ["Codec", "Linux", "Voice", "WebSockets", "CCurl", "CPocketSphinx"]),
        library("VoiceLoop", ["Codec", "Voice"]),
        library("Store", ["Codec", "Linux", "Voice", "CSQLite"]),
        .target(
            name: "Web",
            dependencies: ["Linux", "Voice", "WebSockets", "CMicroHTTPD", "CSodium", "CZlib"],
            resources: [
                .embedInCode("Docs/Page/docs.html"), .embedInCode("Docs/Page/docs.css"),
                .embedInCode("Docs/Page/docs.js"),
                .embedInCode("Page/Files"),
            ], swiftSettings: strict),
        .executableTarget(
            name: "pressel",
            dependencies: [
                "Audio", "Codec", "Linux", "Panel", "Providers", "Store", "Voice", "VoiceLoop",
                "Web", "CSystemd",
            ],
            swiftSettings: strict),
        // Stands in for the cloud in tests and measurements; not installed.
        .executableTarget(
            name: "sandbox", dependencies: ["Web", "WebSockets", "Codec", "Linux", "Voice"],
            swiftSettings: strict),

        .target(
            name: "TestSupport",
            dependencies: ["Audio", "Codec", "Linux", "Providers", "Voice", "WebSockets"],
            path: "Tests/TestSupport", swiftSettings: strict),
        tests("Voice", ["Voice"]),
        tests("Linux", ["Linux", "Voice"]),
        tests("Codec", ["Codec", "Linux", "Voice", "CSndFile"]),
        tests("Audio", ["Audio", "Codec", "Linux", "Voice"]),
        tests("Panel", ["Panel", "Linux", "Voice"]),
        tests(
            "Providers",
            ["Providers", "sandbox", "Codec", "Linux", "Voice", "Web", "WebSockets"]),
        tests("VoiceLoop", ["VoiceLoop", "Codec", "Linux", "Voice"]),
        // Keeps something in a state folder until a test kills it.
        .executableTarget(
            name: "SavingProgram", dependencies: ["Linux", "Store", "Voice"],
            path: "Tests/SavingProgram", swiftSettings: strict),
        tests("Store", ["Store", "SavingProgram", "Linux", "Voice"]),
        tests("WebSockets", ["WebSockets", "Linux", "Voice"]),
        tests("Web", ["Web", "WebSockets", "Linux", "Voice"]),
        tests("sandbox", ["sandbox", "Web", "WebSockets", "Codec", "Linux", "Voice"]),
        tests(
            "pressel",
            [
                "pressel", "Audio", "Codec", "Linux", "Providers", "Store", "VoiceLoop", "Voice",
                "Web", "WebSockets",
            ]),
    ],
    swiftLanguageModes: [.v6]
)
