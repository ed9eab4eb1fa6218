import CooperationModel
import Foundation
import Hummingbird
import Served
import Testing

@testable import ServiceKit

/// What comes over a real socket, byte by byte, from clients that are slow, wrong or greedy.
@Suite("HTTP socket")
struct SocketTests {
  /// A server on a free port while the body runs.
  func withServer(
    _ change: (inout EdgeSettings) -> Void = { _ in }, _ body: @Sendable @escaping (Int) async throws -> Void
  ) async throws {
    var edge = EdgeFixture()
    change(&edge.settings)
    try await edge.server().serve { try await body($0.port) }
  }

  @Test("bytes that are no HTTP are a 400, and the connection ends")
  func noHTTP() async throws {
    try await withServer { port in
      let answer = try await Connection(port).exchange("\u{16}\u{3}\u{1} not http\r\n\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 400"))
    }
  }

  @Test("a head that never ends is cut off at the idle limit")
  func slowHead() async throws {
    try await withServer({ $0.idleLimit = .milliseconds(500) }) { port in
      let connection = try Connection(port)
      try await connection.send("GET /items HTTP/1.1\r\nHost: x\r\n")
      // It goes on for as long as it can: the test ends only if the server ends the connection.
      while (try? await connection.send("X-Slow: 1\r\n")) != nil { try? await Task.sleep(for: .milliseconds(50)) }
      let answer = await connection.readToEnd()
      #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"))
    }
  }

  @Test("a body that drips is a 408, and the connection ends")
  func slowBody() async throws {
    try await withServer({ $0.timeLimit = .milliseconds(400) }) { port in
      let connection = try Connection(port)
      try await connection.send(
        "POST /forms HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\n"
      )
      for _ in 0..<3 {
        try await connection.send("a")
        try await Task.sleep(for: .milliseconds(100))
      }
      let answer = await connection.readToEnd()
      #expect(answer.hasPrefix("HTTP/1.1 408"))
      #expect(answer.lowercased().contains("connection: close"))
    }
  }

  @Test("a body of 10 MB is a 413 by its length alone")
  func largeByLength() async throws {
    try await withServer { port in
      let connection = try Connection(port)
      try await connection.send(
        "POST /forms HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
      )
      let answer = await connection.read(until: "\r\n\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 413"))
    }
  }

  @Test("a body of 10 MB without a length is a 413 once it is over the limit")
  func largeByChunks() async throws {
    try await withServer { port in
      let connection = try Connection(port)
      try await connection.send(
        "POST /forms HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
      )
      let chunk = "10000\r\n" + String(repeating: "x", count: 0x10000) + "\r\n"
      for _ in 0..<160 { try? await connection.send(chunk) }
      try? await connection.send("0\r\n\r\n")
      let answer = await connection.read(until: "\r\n\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 413"))
    }
  }

  @Test("a head that is too large is refused")
  func largeHead() async throws {
    try await withServer { port in
      let answer = try await Connection(port).exchange(
        "GET /items HTTP/1.1\r\nHost: x\r\nX-Big: \(String(repeating: "y", count: 40_000))\r\n\r\n")
      #expect(!answer.hasPrefix("HTTP/1.1 200"))
    }
  }

  @Test("a client that waits to be told so sends its body")
  func expectContinue() async throws {
    try await withServer { port in
      let connection = try Connection(port)
      try await connection.send(
        "POST /forms HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\nConnection: close\r\n\r\n"
      )
      let first = await connection.read(until: "\r\n\r\n")
      #expect(first.hasPrefix("HTTP/1.1 100"))
      try await connection.send("name=a")
      let answer = await connection.readToEnd()
      #expect(answer.contains("HTTP/1.1 200"))
      #expect(answer.hasSuffix("a"))
    }
  }

  @Test("requests on one connection are answered in order")
  func pipelined() async throws {
    try await withServer { port in
      let answer = try await Connection(port).exchange(
        "GET /items/commune:35051 HTTP/1.1\r\nHost: x\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
      )
      let first = try #require(answer.range(of: "HTTP/1.1 200"))
      let second = try #require(answer.range(of: "HTTP/1.1 404"))
      #expect(first.lowerBound < second.lowerBound)
    }
  }

  @Test("a header cannot smuggle another into the answer")
  func smuggling() async throws {
    try await withServer { port in
      let answer = try await Connection(port).exchange(
        "GET /items HTTP/1.1\r\nHost: x\r\nX-Request-ID: abcdefgh%0d%0aSet-Cookie: a\r\nConnection: close\r\n\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 200"))
      #expect(!answer.contains("Set-Cookie"))
    }
  }
}

/// A plain TCP connection.
final class Connection: Sendable {
  struct Failed: Error {
    var what: String
  }

  private let descriptor: Int32

  init(_ port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw Failed(what: "socket") }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw Failed(what: "connect") }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  func send(_ text: String) async throws {
    let bytes = Array(text.utf8)
    try await Self.blocking { [self] in
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes { rest in
          Foundation.send(descriptor, rest.baseAddress?.advanced(by: sent), rest.count - sent, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { throw Failed(what: "send") }
        sent += count
      }
    }
  }

  /// What comes until the other side ends the connection.
  func readToEnd() async -> String { await read(until: nil) }

  /// What comes until it ends in the given text.
  func read(until end: String?) async -> String {
    // The connection stays open until its last byte was read, whoever lets go of it.
    let bytes = try? await Self.blocking { [self] in
      var all: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let mark = end.map { Array($0.utf8) }
      while true {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return all }
        all += buffer[..<count]
        if let mark, String(decoding: all, as: UTF8.self).contains(String(decoding: mark, as: UTF8.self)) { return all }
      }
    }
    return String(decoding: bytes ?? [], as: UTF8.self)
  }

  func exchange(_ text: String) async throws -> String {
    try await send(text)
    return await readToEnd()
  }

  /// Runs what blocks on a thread of its own.
  private static func blocking<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
  }
}
