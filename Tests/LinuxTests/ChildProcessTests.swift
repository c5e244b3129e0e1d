import Glibc
import Linux
import Testing
import Voice

struct ChildProcessTests {
    @Test("What goes into cat comes out")
    func pipes() throws {
        let child = try ChildProcess("cat", [])
        let sent = try Array("hello".utf8).withUnsafeBytes { try child.write($0) }
        #expect(sent == 5)
        child.closeInput()
        #expect(try child.read(atMost: 100) == Array("hello".utf8))
        #expect(try child.read(atMost: 100).isEmpty)
        #expect(child.wait() == 0)
        #expect(child.id == 0)
    }

    @Test("Its end is told as a shell tells it", arguments: [("exit 3", 3), ("kill -15 $$", 143)])
    func status(script: String, status: Int) throws {
        #expect(try ChildProcess("sh", ["-c", script]).wait() == status)
    }

    @Test("A full pipe takes nothing more, and does not block")
    func full() throws {
        let child = try ChildProcess("sleep", ["60"])
        let block = [UInt8](repeating: 0, count: 1 << 20)
        #expect(try block.withUnsafeBytes { try child.write($0) } < block.count)
        #expect(try block.withUnsafeBytes { try child.write($0) } == 0)
        child.kill()
        #expect(child.wait() == 128 + Int(SIGKILL))
        #expect(throws: SystemError.self) { try block.withUnsafeBytes { try child.write($0) } }
    }

    @Test("Its standard error is read with its output, or not at all")
    func errors() throws {
        let quiet = try ChildProcess("sh", ["-c", "echo bad >&2"])
        #expect(try quiet.read(atMost: 100).isEmpty)
        #expect(quiet.wait() == 0)
        let loud = try ChildProcess("sh", ["-c", "echo bad >&2"], readingErrors: true)
        #expect(try loud.read(atMost: 100) == Array("bad\n".utf8))
        #expect(loud.wait() == 0)
    }

    @Test("A program that is not there is named")
    func missing() {
        #expect {
            _ = try ChildProcess("/no/such/program", [])
        } throws: {
            "\($0)" == "cannot start /no/such/program: No such file or directory"
        }
    }
}
