import Linux
@testable import Providers
import Store
import Synchronization
import TestSupport
import Testing
import Voice

@testable import pressel
@testable import sandbox

/// The one who copies turns to the archive, with both clocks in the test's hand.
@Suite(.timeLimit(.minutes(1)))
struct ArchiveUploadsTests {
    private let folder = TemporaryFolder()
    private let clock = InstantClock()
    private let log = LogBook()
    private let bell = Bell()
    private let wall = Wall()

    private final class Wall: Sendable {
        private let time = Mutex<Int64?>(1_780_315_200)
        var now: Int64? { time.withLock { $0 } }
        func set(_ seconds: Int64?) { time.withLock { $0 = seconds } }
    }

    /// What becomes of each object, by the number of the try; keeps what was stored.
    private final class Bucket: Sendable {
        let stored = Mutex<[String]>([])
        private let tries = Counter()
        private let fate: @Sendable (Int) -> S3Failure?

        init(_ fate: @escaping @Sendable (Int) -> S3Failure?) { self.fate = fate }

        var count: Int { tries.value }
        var keys: [String] { stored.withLock { $0 } }

        func put(_ key: String) throws(S3Failure) {
            if let failure = fate(tries.increment()) { throw failure }
            stored.withLock { $0.append(key) }
        }
    }

    private func memory(_ other: Bell? = nil) -> Memory {
        let bell = other ?? bell
        return Memory(
            in: StateFolder(path: folder.path),
            limits: HistoryLimits(keepDays: 30, archives: true), clock: MonotonicClock(),
            unixTime: { [wall] in wall.now },
            notify: { if $0 == .archiveWaits { bell.ring() } })
    }

    private func save(_ words: String, in memory: Memory) async throws {
        var turn = TurnRecord(at: wall.now, source: "button", conversation: "button")
        turn.transcript = words
        turn.outcome = .answered
        try await memory.save(turn)
    }

    private func uploads(_ memory: Memory, to bucket: Bucket) -> ArchiveUploads {
        uploads(memory) { _, key, _ throws(S3Failure) in try bucket.put(key) }
    }

    private func uploads(
        _ memory: Memory, clock: (any MomentClock)? = nil, bell: Bell? = nil,
        put: @escaping ArchiveUploads.Put
    ) -> ArchiveUploads {
        ArchiveUploads(
            memory, to: .bucket(put: put), prefix: "home", clock: clock ?? self.clock,
            unixTime: { [wall] in wall.now }, bell: bell ?? self.bell, log: log.log)
    }

    private func eventually(_ condition: () async throws -> Bool) async throws {
        for _ in 0..<2000 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(2))
        }
        #expect(try await condition())
    }

    @Test("What waits is stored in its order, below the prefix, and what comes later too")
    func stored() async throws {
        let (memory, bucket) = (memory(), Bucket { _ in nil })
        for number in 0..<3 { try await save("\(number)", in: memory) }
        let uploads = uploads(memory, to: bucket)
        let running = Task { await uploads.run() }
        try await eventually { try await memory.waitingUploads() == 0 }
        try await save("later", in: memory)
        try await eventually { bucket.keys.count == 4 }
        #expect(bucket.keys.allSatisfy { $0.hasPrefix("home/2026/06/01/") })
        #expect(clock.waits.isEmpty && log.lines.isEmpty)
        try await eventually { await uploads.status().uploaded == 4 }
        running.cancel()
        await running.value
    }

    @Test("After failures it is tried again ever later, up to an hour; nothing is lost")
    func backOff() async throws {
        let down = S3Failure(status: 503, S3Complaint([]), from: "bucket")
        let (memory, bucket) = (memory(), Bucket { $0 < 9 || (10..<12).contains($0) ? down : nil })
        for number in 0..<2 { try await save("\(number)", in: memory) }
        let uploads = uploads(memory, to: bucket)
        let running = Task { await uploads.run() }
        try await eventually { bucket.keys.count == 2 }
        let doubling = [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 30, 60]
        #expect(clock.waits == doubling.map { .seconds($0) })
        // Once for each time of trouble.
        #expect(
            log.count("warning: ") == 2 && log.count("info: the archive takes turns again") >= 1)
        try await eventually { await uploads.status().problem == nil }
        running.cancel()
        await running.value
    }

    static let refusals: [(status: Int, body: String, waits: [Duration], stored: Int)] = [
        (403, "<Code>AccessDenied</Code>", [.seconds(3600)], 2),
        (404, "<Code>NoSuchBucket</Code>", [.seconds(3600)], 2),
        (400, "<Code>RequestTimeout</Code>", [.seconds(30)], 2),
        (400, "<Code>EntityTooLarge</Code>", [], 1),
    ]

    @Test(
        "What the owner must mend is tried each hour; what is never taken is left out",
        arguments: refusals)
    func refused(status: Int, body: String, waits: [Duration], stored: Int) async throws {
        let refusal = S3Failure(
            status: status, S3Complaint(Array(body.utf8)), from: "bucket")
        let (memory, bucket) = (memory(), Bucket { $0 == 0 ? refusal : nil })
        for number in 0..<2 { try await save("\(number)", in: memory) }
        let uploads = uploads(memory, to: bucket)
        let running = Task { await uploads.run() }
        try await eventually { bucket.keys.count == stored }
        try await eventually { try await memory.waitingUploads() == 0 }
        #expect(clock.waits == waits)
        running.cancel()
        await running.value
    }

    @Test("A refusal of one object holds up none of the others")
    func oneRefused() async throws {
        let refusal = S3Failure(
            status: 403, S3Complaint(Array("<Code>AccessDenied</Code>".utf8)), from: "bucket")
        let (memory, bucket) = (memory(), Bucket { _ in nil })
        for number in 0..<3 { try await save("\(number)", in: memory) }
        let first = try #require(try await memory.nextUpload()).key
        let uploads = uploads(memory) { _, key, _ throws(S3Failure) in
            if key.hasSuffix(first) { throw refusal }
            try bucket.put(key)
        }
        let running = Task { await uploads.run() }
        try await eventually { bucket.keys.count == 2 }
        #expect(try await memory.waitingUploads() == 1)
        running.cancel()
        await running.value
    }

    @Test("Before the clock was set nothing is sent; once it is, everything")
    func noClock() async throws {
        wall.set(nil)
        let (memory, bucket) = (memory(), Bucket { _ in nil })
        try await save("early", in: memory)
        let clock = ManualClock()
        let uploads = uploads(memory, clock: clock) { _, key, _ throws(S3Failure) in
            try bucket.put(key)
        }
        let running = Task { await uploads.run() }
        try await eventually { clock.sleepers == 1 }
        clock.advance(by: .seconds(30))
        try await eventually { clock.sleepers == 1 }
        #expect(bucket.count == 0)
        wall.set(1_780_315_200)
        clock.advance(by: .seconds(30))
        try await eventually { bucket.keys.count == 1 }
        #expect(bucket.keys.first?.hasPrefix("home/undated/") == true)
        running.cancel()
        await running.value
    }

    @Test("A clock that is wrong is waited for, and noticed within half a minute")
    func skew() async throws {
        let skewed = S3Failure(
            status: 403, S3Complaint(Array("<Code>RequestTimeTooSkewed</Code>".utf8)), from: "b")
        let (memory, bucket) = (memory(), Bucket { $0 == 0 ? skewed : nil })
        try await save("hello", in: memory)
        let clock = ManualClock()
        let uploads = uploads(memory, clock: clock) { _, key, _ throws(S3Failure) in
            try bucket.put(key)
        }
        let running = Task { await uploads.run() }
        for _ in 0..<5 {
            try await eventually { clock.sleepers == 1 }
            wall.set(wall.now.map { $0 + 30 })
            clock.advance(by: .seconds(30))
        }
        try await eventually { clock.sleepers == 1 }
        #expect(bucket.count == 1)
        #expect(await uploads.status().problem?.contains("RequestTimeTooSkewed") == true)
        wall.set(wall.now.map { $0 + 7200 })
        clock.advance(by: .seconds(30))
        try await eventually { bucket.keys.count == 1 }
        running.cancel()
        await running.value
    }

    @Test("A turn hangs up on what is on its way, which goes again after it")
    func turns() async throws {
        let memory = memory()
        try await save("hello", in: memory)
        let (began, cancelled) = (Counter(), Counter())
        let uploads = uploads(memory) { _, _, _ throws(S3Failure) in
            guard began.increment() == 0 else { return }
            do {
                try await MonotonicClock().sleep(for: .seconds(60))
            } catch {
                cancelled.increment()
                throw S3Failure(.cancelled, .time)
            }
        }
        let running = Task { await uploads.run() }
        try await eventually { began.value == 1 }
        uploads.turn(isGoingOn: true)
        try await eventually { cancelled.value == 1 }
        try await save("while it goes on", in: memory)
        try await Task.sleep(for: .milliseconds(20))
        #expect(began.value == 1)
        uploads.turn(isGoingOn: false)
        try await eventually { try await memory.waitingUploads() == 0 }
        #expect(began.value == 3 && clock.waits.isEmpty && log.lines.isEmpty)
        running.cancel()
        await running.value
    }

    @Test("It ends at once, whatever it waits for", arguments: [false, true])
    func ends(sleeps: Bool) async throws {
        let memory = memory()
        try await save("hello", in: memory)
        let clock = ManualClock()
        let began = Counter()
        let uploads = uploads(memory, clock: clock) { _, _, _ throws(S3Failure) in
            began.increment()
            if sleeps { throw S3Failure(status: 500, S3Complaint([]), from: "b") }
            do {
                try await MonotonicClock().sleep(for: .seconds(60))
            } catch {
                throw S3Failure(.cancelled, .time)
            }
        }
        let running = Task { await uploads.run() }
        try await eventually { began.value == 1 && (!sleeps || clock.sleepers == 1) }
        let asked = Moment.now
        running.cancel()
        await running.value
        #expect(Moment.now - asked < .seconds(1))
        #expect(try await memory.waitingUploads() == 1)
    }

    @Test("Without keys turns wait, and the status says why")
    func noKeys() async throws {
        let memory = memory()
        try await save("hello", in: memory)
        let uploads = ArchiveUploads(
            memory, to: .unusable("there are no keys"), prefix: "", clock: clock,
            unixTime: { [wall] in wall.now }, bell: bell, log: log.log)
        await uploads.run()
        let status = await uploads.status()
        #expect(status.waiting == 1 && status.problem == "there are no keys")
    }

    @Test("The network goes for some turns, and the program with it: everything arrives")
    func outage() async throws {
        let sandbox = try Sandbox()
        var script = Script()
        script.faults = [FaultRule(.serverError, at: .archive)]
        var words: [String] = []
        func bucket(_ endpoint: String) -> S3Bucket {
            S3Bucket(
                endpoint: endpoint, bucket: S3.bucket, region: S3.region,
                credentials: S3Credentials(accessKey: S3.accessKey, secretKey: S3.secretKey),
                client: HTTPClient(), unixTime: { SystemWallClock.unixTime })
        }
        func run(_ endpoint: String, _ turns: Int, until isOver: (Memory) async throws -> Bool)
            async throws
        {
            let bell = Bell()
            let memory = memory(bell)
            let there = bucket(endpoint)
            let uploads = uploads(memory, bell: bell) { bytes, key, type throws(S3Failure) in
                try await there.put(bytes, at: key, type: type)
            }
            let running = Task { await uploads.run() }
            for _ in 0..<turns {
                words.append("turn \(words.count)")
                try await save(words.last!, in: memory)
            }
            try await eventually { try await isOver(memory) }
            running.cancel()
            await running.value
            await memory.close()
        }
        // Nobody there; somebody who fails; all is well for one; and nobody again.
        try await run("http://127.0.0.1:9", 3) { _ in clock.waits.count > 5 }
        sandbox.follow(script)
        try await run(sandbox.archiveURL, 3) { _ in sandbox.requests.count > 2 }
        sandbox.follow(Script())
        try await run(sandbox.archiveURL, 1) { try await $0.waitingUploads() == 0 }
        #expect(sandbox.objects.keys.count == 7)
        let before = clock.waits.count
        try await run("http://127.0.0.1:9", 2) { _ in clock.waits.count > before }
        try await run(sandbox.archiveURL, 0) { try await $0.waitingUploads() == 0 }

        let texts = sandbox.objects.keys.compactMap { sandbox.objects[$0] }
            .map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(texts.count == words.count)
        for word in words { #expect(texts.count { $0.contains("\"\(word)\"") } == 1) }
        #expect(log.count(S3.secretKey) == 0 && log.count(S3.accessKey) == 0)
    }
}
