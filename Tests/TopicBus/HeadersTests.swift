import Seeds
import Testing

@testable import TopicBus

@Suite("Headers")
struct HeadersTests {
  /// Lengths around those that need a byte more to be said, and names that come again.
  private static func draw(_ numbers: inout SplitMix) -> [Header] {
    let lengths = [0, 1, 5, 126, 127, 128, 129, 16_383, 16_384]
    return (0..<numbers.below(6)).map { _ in
      let name = String(repeating: ["a", "é", "ce_id"][numbers.below(3)], count: numbers.below(3) * numbers.below(50))
      if numbers.below(4) == 0 { return Header(name, nil as [UInt8]?) }
      return Header(name, (0..<lengths[numbers.below(lengths.count)]).map { _ in UInt8(numbers.below(256)) })
    }
  }

  @Test("hold what they are made of, in its order, however they are made", arguments: 0..<200 as Range<UInt64>)
  func whole(seed: UInt64) throws {
    var numbers = SplitMix(seed: seed)
    let given = Self.draw(&numbers)
    let headers = Headers(given)
    #expect(Array(headers) == given)
    #expect(headers.isEmpty == given.isEmpty && headers.count == given.count)
    let again = headers.packed.withUnsafeBytes { Headers(packed: $0) }
    #expect(again == headers)
    var appended = Headers()
    for header in given { appended.append(header) }
    #expect(appended == headers)
    let elsewhere = given.flatMap { Array($0.name.utf8) + ($0.value ?? []) }
    let copied = elsewhere.withUnsafeBytes { bytes in
      var (parts, place): (ContiguousArray<Headers.Part>, Int) = ([], 0)
      func next(_ length: Int) -> UnsafeRawBufferPointer {
        defer { place += length }
        return UnsafeRawBufferPointer(rebasing: bytes[place..<place + length])
      }
      for header in given {
        let name = next(header.name.utf8.count)
        parts.append(Headers.Part(name: name, value: header.value.map { next($0.count) }))
      }
      return Headers(copying: parts)
    }
    #expect(copied == headers)
    let (place, other) = (numbers.below(given.count + 1), Self.draw(&numbers))
    #expect(Array(headers[headers.index(headers.startIndex, offsetBy: place)...]) == Array(given[place...]))
    #expect(Array(Headers(given[..<place]) + given[place...]) == given)
    #expect((Headers(other) == headers) == (other == given))
  }

  @Test("the first value of a name is found; one that is no text is none")
  func text() {
    let headers: Headers = [
      Header("a", [0xFF]), Header("b", nil as [UInt8]?), Header("c", ""), Header("ce_id", "first"),
      Header("ce_id", "second"),
    ]
    #expect(headers.text("ce_id") == "first")
    #expect(headers.text("c") == "")
    #expect(headers.text("a") == nil && headers.text("b") == nil && headers.text("ce_") == nil)
    #expect(headers.firstIndex { $0.name == "c" }.map { Headers(headers[..<$0]).count } == 2)
  }

  @Test("bytes that are cut, or no headers at all, are taken for none", arguments: 0..<100 as Range<UInt64>)
  func damage(seed: UInt64) throws {
    var numbers = SplitMix(seed: seed)
    let whole = Headers(Self.draw(&numbers) + [Header("last", "value")])
    let ends = Set((0...whole.count).map { Headers(whole.prefix($0)).packed.count })
    for _ in 0..<50 {
      let cut = numbers.below(whole.packed.count)
      let found = Array(whole.packed[..<cut]).withUnsafeBytes { Headers(packed: $0) }
      #expect((found != nil) == ends.contains(cut), "cut at \(cut)")
    }
    for _ in 0..<200 {
      var bytes = whole.packed
      bytes[numbers.below(bytes.count)] = UInt8(numbers.below(256))
      guard let found = bytes.withUnsafeBytes({ Headers(packed: $0) }) else { continue }
      // What is taken says all there is, in the one way it can be said.
      let read = Array(found)
      if !read.contains(where: { $0.name.contains("\u{FFFD}") }) { #expect(Headers(read).packed == bytes) }
    }
  }
}
