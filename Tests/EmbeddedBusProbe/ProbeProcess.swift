import Foundation
import Synchronization

/// A probe that runs as a process of its own, seen from a test.
package final class ProbeProcess: Sendable {
  private let process = Process()
  private let input = Pipe()
  private let said = Mutex<[String]>([])
  private let lines: AsyncStream<String>
  private let ended: AsyncStream<Void>

  /// - Parameter failurePoint: the point at which it is killed, with the count after a colon.
  package init(_ what: String, _ path: String, _ arguments: String..., failurePoint: String? = nil) throws {
    let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    process.executableURL = folder.appendingPathComponent("EmbeddedBusProbe")
    process.arguments = [what, path] + arguments
    var environment = ProcessInfo.processInfo.environment
    environment["BOURSE_FAILURE_POINT"] = failurePoint
    process.environment = environment
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = input
    let (lines, lineSink) = AsyncStream<String>.makeStream()
    let (ended, endSink) = AsyncStream<Void>.makeStream()
    self.lines = lines
    self.ended = ended
    process.terminationHandler = { _ in endSink.finish() }
    try process.run()
    // A pipe that is not read fills up; a thread may block on it.
    Thread {
      var rest = Data()
      while case let data = output.fileHandleForReading.availableData, !data.isEmpty {
        rest += data
        while let end = rest.firstIndex(of: 10) {
          lineSink.yield(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
          rest = Data(rest[(end + 1)...])
        }
      }
      lineSink.finish()
    }.start()
  }

  package var id: Int32 { process.processIdentifier }

  /// Waits for a line that begins so, and gives it; nil when the process ended without.
  package func line(_ beginning: String) async -> String? {
    for await line in lines {
      said.withLock { $0.append(line) }
      if line.hasPrefix(beginning) { return line }
    }
    return nil
  }

  /// Waits for the process's end.
  ///
  /// - Returns: all lines it said, and the signal that ended it, 0 when it ended by itself.
  @discardableResult
  package func end() async -> (lines: [String], signal: Int32) {
    for await line in lines { said.withLock { $0.append(line) } }
    for await _ in ended {}
    let signal = process.terminationReason == .uncaughtSignal ? process.terminationStatus : 0
    return (said.withLock { $0 }, signal)
  }

  /// Lets a probe that waits for its start begin.
  package func start() { input.fileHandleForWriting.write(Data("\n".utf8)) }

  package func send(_ signal: Int32) { kill(id, signal) }

  /// The processor time it has used, in seconds.
  package var processorTime: Double {
    guard let status = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
      let name = status.lastIndex(of: ")")
    else { return 0 }
    let fields = status[status.index(after: name)...].split(separator: " ")
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}
