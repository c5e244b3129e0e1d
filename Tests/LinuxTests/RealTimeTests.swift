import Glibc
import Linux
import Testing
import Voice

struct RealTimeTests {
    /// By which rule the kernel runs the calling thread.
    private static var policy: CInt { sched_getscheduler(0) & ~0x4000_0000 }

    @Test("A thread goes before others where it may, and nothing that it starts does")
    func thread() async throws {
        let found = await onThread("real time") { () -> (error: SystemError?, policies: [CInt]) in
            var refusal: SystemError?
            do throws(SystemError) { _ = try RealTime() } catch { refusal = error }
            // A thread of its own, waited for here: the executor's are not started by this one.
            var inner = pthread_t()
            pthread_create(
                &inner, nil,
                { _ in UnsafeMutableRawPointer(bitPattern: Int(sched_getscheduler(0)) + 1) }, nil)
            var result: UnsafeMutableRawPointer?
            pthread_join(inner, &result)
            let child = try? ChildProcess("cat", ["/proc/self/stat"])
            var text: [UInt8] = []
            while let part = try? child?.read(atMost: 4096), !part.isEmpty { text += part }
            _ = child?.wait()
            // policy is the 41st field (proc(5)); the second may hold spaces.
            let fields = String(decoding: text, as: UTF8.self).split(separator: ")")[1]
                .split(separator: " ")
            return (
                refusal,
                [Self.policy, CInt(Int(bitPattern: result) - 1), CInt(fields[38])!]
            )
        }
        if let error = found.error {
            #expect(error.code == EPERM)
            #expect(found.policies[0] != SCHED_RR)
        } else {
            #expect(found.policies[0] == SCHED_RR)
        }
        #expect(found.policies[1] != SCHED_RR && found.policies[2] != SCHED_RR)
    }

    @Test("A thread that leaves nobody any time is an ordinary one after a while, told of once")
    func greedy() async throws {
        let ended = await onThread("greedy") { () -> (early: Int, late: Int, policy: CInt)? in
            do throws(SystemError) {
                let realTime = try RealTime()
                func looks(for duration: Duration) -> Int {
                    let end = Moment.now + duration
                    var ends = 0
                    while Moment.now < end { if realTime.look() { ends += 1 } }
                    return ends
                }
                let early = looks(for: .milliseconds(1500))
                return (early, looks(for: .milliseconds(2700)), Self.policy)
            } catch {
                return nil
            }
        }
        guard let ended else { return }
        #expect(ended.early == 0 && ended.late == 1 && ended.policy != SCHED_RR)
    }

    @Test("A thread that sleeps stays before others")
    func modest() async throws {
        let policies = await onThread("modest") { () -> [CInt] in
            do throws(SystemError) {
                let realTime = try RealTime()
                for _ in 0..<12 {
                    usleep(100_000)
                    if realTime.look() { return [SCHED_OTHER] }
                }
                return [Self.policy]
            } catch {
                return []
            }
        }
        #expect(policies.allSatisfy { $0 == SCHED_RR })
    }
}
