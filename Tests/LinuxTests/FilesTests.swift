import Glibc
import TestSupport
import Testing
import Voice

@testable import Linux

struct FilesTests {
    @Test("What an overlay keeps elsewhere is found")
    func overlay() {
        let mounts = """
            21 1 0:20 / /proc rw,nosuid - proc proc rw
            36 1 0:30 / / rw,relatime shared:1 - overlay overlayroot rw,lowerdir=/media/root-ro,\
            upperdir=/media/root-rw/overlay,workdir=/media/root-rw/overlay-workdir
            40 36 179:1 / /boot/firmware rw - vfat /dev/mmcblk0p1 rw
            41 36 8:1 / /var/lib/pressel rw - ext4 /dev/sda1 rw
            """
        let upper = "/media/root-rw/overlay"
        #expect(upperFolder(of: "/var/lib", in: mounts) == upper)
        #expect(upperFolder(of: "/var/lib/pressels", in: mounts) == upper)
        #expect(upperFolder(of: "/var/lib/pressel", in: mounts) == nil)
        #expect(upperFolder(of: "/var/lib/pressel/audio", in: mounts) == nil)
        #expect(upperFolder(of: "/boot/firmware", in: mounts) == nil)
        #expect(upperFolder(of: "/", in: "") == nil)
    }

    private let folder = TemporaryFolder()

    @Test("A file is replaced whole, and nothing is left beside it")
    func replaced() throws {
        let path = folder.file("a", Array("old".utf8))
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
        for content in [bytes, [], [7]] {
            try replaceFile(path, with: content)
            #expect(try readFile(path, atMost: 1 << 20) == content)
        }
        #expect(names(inFolder: folder.path) == ["a"])
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test("What cannot be replaced stays as it was, and is named")
    func refused() throws {
        let path = folder.path + "/folder"
        mkdir(path, 0o700)
        #expect(throws: SystemError("replace", path, code: EISDIR)) {
            try replaceFile(path, with: [1])
        }
        #expect(names(inFolder: folder.path) == ["folder"])
        #expect(throws: SystemError("write", "/no/such.new", code: ENOENT)) {
            try replaceFile("/no/such", with: [1])
        }
    }

    @Test("A folder goes with all that is in it, and a link's target stays")
    func removed() throws {
        let kept = folder.file("kept", [1])
        let tree = folder.path + "/tree"
        mkdir(tree, 0o700)
        mkdir(tree + "/in", 0o700)
        try replaceFile(tree + "/in/file", with: [1])
        symlink(kept, tree + "/link")
        symlink(folder.path, tree + "/folder")
        removeTree(tree)
        removeTree(folder.path + "/none")
        #expect(names(inFolder: folder.path) == ["kept"])
    }
}

struct ThreadExecutorTests {
    private actor Worker {
        nonisolated var unownedExecutor: UnownedSerialExecutor {
            thread.asUnownedSerialExecutor()
        }
        private nonisolated let thread = ThreadExecutor("test worker")
        private var count = 0

        func work() -> (thread: pthread_t, count: Int) {
            count += 1
            return (pthread_self(), count)
        }
    }

    @Test("All of an actor's work is done on one thread, which ends with it")
    func one() async {
        let worker = Worker()
        let threads = await withTaskGroup(of: pthread_t.self) { group in
            for _ in 0..<50 { group.addTask { await worker.work().thread } }
            return await group.reduce(into: Set<pthread_t>()) { $0.insert($1) }
        }
        #expect(threads.count == 1)
        #expect(await worker.work().count == 51)
        await useAndDrop()
    }

    /// The last to hold an actor may be a job of its own.
    private func useAndDrop() async {
        for _ in 0..<100 {
            let worker = Worker()
            _ = await worker.work()
        }
        // The threads end by themselves, each as soon as it gets its turn.
        for _ in 0..<500 {
            let threads = names(inFolder: "/proc/self/task").filter { id in
                let name = (try? readFile("/proc/self/task/\(id)/comm", atMost: 100)) ?? []
                return String(decoding: name, as: UTF8.self) == "test worker\n"
            }
            if threads.count <= 1 { return }
            usleep(10_000)
        }
        Issue.record("threads are left")
    }
}
