import Glibc
import Linux
import TestSupport
import Testing
import Voice

struct FolderWatchTests {
    private let folder = TemporaryFolder()
    private let changes = Counter()

    private func waitForChange(_ count: Int) async throws {
        for _ in 0..<500 where changes.value < count {
            try await MonotonicClock().sleep(for: .milliseconds(10))
        }
        #expect(changes.value >= count)
    }

    /// Returns when the watch sees what happens in the folder, and has told of it.
    private func watchesNow() async throws {
        for probe in 0..<500 where changes.value == 0 {
            _ = folder.file("probe\(probe)", [])
            try await MonotonicClock().sleep(for: .milliseconds(20))
        }
        var last = 0
        while changes.value != last {
            last = changes.value
            try await MonotonicClock().sleep(for: .milliseconds(300))
        }
    }

    @Test("Something that appears, and whose rights change, is told of, though not each file")
    func appears() async throws {
        let watch = FolderWatch([folder.path])
        let running = Task { [changes] in try await watch.run { changes.increment() } }
        try await watchesNow()
        let before = changes.value
        for name in ["controlC1", "pcmC1D0c", "pcmC1D0p"] { _ = folder.file(name, []) }
        try await waitForChange(before + 1)
        try await MonotonicClock().sleep(for: .milliseconds(200))
        #expect(changes.value == before + 1)
        chmod(folder.path + "/controlC1", 0o600)
        try await waitForChange(before + 2)
        running.cancel()
        try await running.value
    }

    @Test("A folder that is not there yet, or goes and comes again, is watched when it is there")
    func comes() async throws {
        let path = folder.path + "/dev/snd"
        let watch = FolderWatch([path])
        let running = Task { [changes] in try await watch.run { changes.increment() } }
        try await watchesNow()
        for round in 0..<2 {
            let before = changes.value
            mkdir(folder.path + "/dev", 0o700)
            try await waitForChange(before + 1)
            mkdir(path, 0o700)
            try await waitForChange(before + 2)
            _ = folder.file("dev/snd/controlC\(round)", [])
            try await waitForChange(before + 3)
            removeTree(folder.path + "/dev")
            try await waitForChange(before + 4)
            try await MonotonicClock().sleep(for: .milliseconds(300))
        }
        running.cancel()
        try await running.value
    }
}
