import Foundation

/// A process that ends with the one that started it: it is ended by a line or the end of its
/// standard input.
final class BrokerProcess: @unchecked Sendable {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let lock = NSLock()
  private var rest = Data()
  /// Of a kept process, which leads a group of its own.
  private var group: pid_t?

  /// - Parameter executable: reads its standard input itself and ends at its end, unless it is kept.
  /// - Parameter isKept: a shell waits for the end of input in its place, and kills it.
  init(_ executable: String, _ arguments: [String], isKept: Bool) throws {
    if isKept {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      let script =
        #"exec 3<&0; setsid "$0" "$@" </dev/null & child=$!; echo $child; exec 1>&-; read _ <&3; kill -9 -$child"#
      process.arguments = ["-c", script, executable] + arguments
      process.standardError = FileHandle.nullDevice
    } else {
      process.executableURL = URL(fileURLWithPath: executable)
      process.arguments = arguments
    }
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    if isKept { group = line().flatMap { pid_t($0) } }
  }

  /// Sends a signal to a kept process and those that it started.
  func send(_ signal: Int32) {
    if let group { kill(-group, signal) }
  }

  deinit { end() }

  /// Sends a line and gives the one that answers it; nil when the process is gone.
  func ask(_ line: String) -> String? {
    lock.withLock {
      guard (try? input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))) != nil else { return nil }
      return next()
    }
  }

  /// The next line that it says.
  func line() -> String? { lock.withLock { next() } }

  private func next() -> String? {
    while true {
      if let end = rest.firstIndex(of: 10) {
        defer { rest = Data(rest[(end + 1)...]) }
        return String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
      }
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { return nil }
      rest += data
    }
  }

  func end() {
    // Said, too: others that were started meanwhile may hold the pipe open.
    try? input.fileHandleForWriting.write(contentsOf: Data("end\n".utf8))
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }
}
