import CooperationModel
import Foundation
import Testing

@testable import ServiceKit

@Suite("Edge's small parts")
struct SmallPartsTests {
  @Test("derived ids are the same for the same parts, and valid UUIDs of version 8")
  func stableIDs() {
    let id = StableID.uuid(of: ["a", "bc"])
    #expect(id == StableID.uuid(of: ["a", "bc"]))
    #expect(id != StableID.uuid(of: ["ab", "c"]))
    #expect(id != StableID.uuid(of: ["a", "bc", ""]))
    for index in 0..<1_000 {
      let id = StableID.uuid(of: ["\(index)"])
      let characters = Array(id)
      #expect(CommandID(rawValue: id) != nil && characters[14] == "8" && "89ab".contains(characters[19]))
    }
  }

  @Test("any part of what names a command makes it another one")
  func commandIDs() {
    let parts = ["i", "s", "POST", "/a/{id}", "/a/1", "k"]
    func id(_ parts: [String]) -> CommandID {
      StableID.command(
        issuer: parts[0], subject: parts[1], method: parts[2], route: parts[3], target: parts[4], key: parts[5])
    }
    for index in parts.indices {
      var other = parts
      other[index] += "x"
      #expect(id(other) != id(parts))
    }
    #expect(
      StableID.digest(body: Array("{}".utf8), ifMatch: nil) != StableID.digest(body: Array("{}".utf8), ifMatch: 1))
  }

  @Test("base64url is read as it is written, and nothing else is")
  func base64URL() {
    for length in 0..<100 {
      let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max) }
      #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
    }
    for text in ["a", "a=", "+/", "a b", "é", "AAAAA"] { #expect(Base64URL.decode(text) == nil) }
  }

  @Test("a trace goes on from a well-formed header, and begins anew from any other")
  func traces() {
    let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    let trace = TraceContext(traceparent: good)
    #expect(trace.trace == "4bf92f3577b34da6a3ce929d0e0e4736" && trace.isSampled && trace.span != "00f067aa0ba902b7")
    #expect(TraceContext(traceparent: trace.traceparent).trace == trace.trace)
    for bad in [
      nil, "", "00", good.uppercased(), good + "-x", "ff" + good.dropFirst(2),
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    ] {
      #expect(TraceContext(traceparent: bad).trace != "4bf92f3577b34da6a3ce929d0e0e4736")
    }
  }

  @Test("pages joined are the list, whatever the limit; a removed key loses no place")
  func pages() {
    let keys = (0..<57).map { "clé-\(String(format: "%03d", $0 * 2))" }
    for limit in 1...60 {
      var request = PageRequest(limit: limit, after: nil)
      var all: [String] = []
      while true {
        let page = request.page(of: keys) { $0 }
        #expect(!page.items.isEmpty)
        all += page.items
        guard let next = page.next else { break }
        request.after = Cursor.key(next)
      }
      #expect(all == keys)
    }
    #expect(PageRequest(limit: 2, after: "clé-003").page(of: keys) { $0 }.items == ["clé-004", "clé-006"])
    #expect(PageRequest(limit: 2, after: "zzz").page(of: keys) { $0 }.next == nil)
  }

  @Test("a bucket gives its burst, then its rate; time that jumps back gives nothing")
  func buckets() {
    let clock = ManualClock(Instant(milliseconds: 1_000_000))
    let limiter = RateLimiter(RateLimiter.Rate(perSecond: 2, burst: 4), clock: clock)
    for _ in 0..<4 { #expect(limiter.take("a") == nil) }
    #expect(limiter.take("a") == 1)
    #expect(limiter.take("b") == nil)
    clock.advance(by: .milliseconds(500))
    #expect(limiter.take("a") == nil)
    #expect(limiter.take("a") == 1)
    clock.advance(by: .hours(-2))
    #expect(limiter.take("a") == 1)
    clock.advance(by: .days(400))
    for _ in 0..<4 { #expect(limiter.take("a") == nil) }
    #expect(limiter.take("a") == 1)
  }

  @Test("a million callers take bounded memory")
  func boundedBuckets() {
    let limiter = RateLimiter(RateLimiter.Rate(perSecond: 1, burst: 1), clock: ManualClock(Instant(milliseconds: 0)))
    for index in 0..<100_000 { _ = limiter.take("\(index)") }
    #expect(limiter.count <= 2 * RateLimiter.capacity)
  }

  @Test("a coding path becomes a JSON Pointer, escaped")
  func pointers() throws {
    struct Inner: Decodable { var count: Int }
    struct Outer: Decodable { var list: [Inner] }
    let json = Data("{\"list\":[{\"count\":1},{\"count\":\"x\"}]}".utf8)
    let error = #expect(throws: DecodingError.self) { try JSONDecoder().decode(Outer.self, from: json) }
    #expect(try Violation(#require(error)).pointer == "/list/1/count")
  }
}
