import Foundation
import Testing

/// A process that nobody asks to stop any more.
@Suite("A service whose parent dies")
struct StopTests {
  @Test("stops as it does when it is asked to")
  func orphaned() async throws {
    try await RunningSuite.run([:]) { suite in
      let log = suite.folder + "/orphan.log"
      let parent = try ChildProcess(
        "/bin/sh",
        [
          "-c", "\"$@\" & exec sleep 600", "sh", ChildProcess.executable("ingestion"), "--data", suite.data,
          "--issuers", suite.data + "/keys/issuers.json", "--follow-parent", "--http", "127.0.0.1:0",
        ], environment: ChildProcess.environment, log: log)
      func says(_ text: String) -> Bool { (try? String(contentsOfFile: log, encoding: .utf8))?.contains(text) ?? false }
      try await until("it works", within: 20) { says("process=") }
      parent.send(SIGKILL)
      try await until("it is told", within: 10) { says("the parent process is gone") }
      try await until("it has stopped", within: 20) { says("stopped") }
      #expect(!says("did not stop in time"))
    }
  }
}
