import Foundation
import Testing

/// Runs the Python scripts beside these tests.
enum Python {
  static func script(_ name: String, beside file: String = #filePath) -> String {
    URL(filePath: file).deletingLastPathComponent().appending(path: name).path
  }

  /// A process of `python3`, not started.
  static func process(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    return process
  }
}

/// A mail as Python's email package reads it.
struct ReadMail: Decodable {
  var headers: [[String]]
  var addresses: [String: [[String]]]
  var text: String
  var html: String
  var defects: [String]

  init(_ bytes: [UInt8]) throws { self = try #require(Self.all([bytes]).first) }

  /// Many mails, read by one process.
  static func all(_ mails: [[UInt8]]) throws -> [ReadMail] {
    let process = Python.process([Python.script("read_mail.py")])
    let input = Pipe()
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    // The script reads all of its input before it writes.
    let lines = mails.map { Data($0).base64EncodedString() + "\n" }.joined()
    try input.fileHandleForWriting.write(contentsOf: Data("\(mails.count)\n\(lines)".utf8))
    return try (0..<mails.count).map { _ in
      try JSONDecoder().decode(ReadMail.self, from: output.fileHandleForReading.readLine())
    }
  }

  func header(_ name: String) -> String? { headers.first { $0.first == name }?.last }
  var headerNames: [String] { headers.compactMap(\.first) }
}

extension FileHandle {
  /// The next line. The end of a pipe is not waited for: another child process may have inherited it.
  func readLine() throws -> Data {
    var line = Data()
    while let byte = try read(upToCount: 1), byte != Data([0x0A]), !byte.isEmpty { line += byte }
    return line
  }
}
