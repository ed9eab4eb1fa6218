import Seeds
import CooperationModel
import Foundation
import Testing

@Suite("Strict JSON")
struct StrictJSONTests {
  private func parse(_ text: String) throws(JSONSyntaxError) -> JSONValue { try StrictJSON.parse(Array(text.utf8)) }

  private func code(_ bytes: [UInt8]) -> JSONSyntaxError.Code? {
    do throws(JSONSyntaxError) {
      _ = try StrictJSON.parse(bytes)
      return nil
    } catch { return error.code }
  }

  @Test(
    "values are read",
    arguments: [
      ("null", .null), (" true ", .bool(true)), ("[]", .array([])), ("{}", .object([:])), ("-0", .integer(0)),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)), ("2.0", .integer(2)),
      ("2e3", .integer(2_000)), ("0.1", .number(0.1)), ("-1.5E-3", .number(-0.0015)), ("1e-400", .integer(0)),
      (#""a\"\\\/\b\f\n\r\t\u00e9""#, .string("a\"\\/\u{8}\u{C}\n\r\té")), (#""\ud83d\ude00""#, .string("😀")),
      ("{\"a\":[1,{\"b\":null}]}", .object(["a": .array([.integer(1), .object(["b": .null])])])),
      ("\u{FEFF}1", .integer(1)),
    ] as [(String, JSONValue)])
  func reads(text: String, value: JSONValue) throws { #expect(try parse(text) == value) }

  @Test(
    "what is no JSON is refused",
    arguments: [
      "", " ", "nul", "tru", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":1,}", "{a:1}", "{'a':1}", "01", "1.", ".5", "+1", "1e",
      "- 1", "\"a", "\"\\x\"", "\"\\u12g4\"", "\"\n\"", "1 2", "[", "{", "]", "NaN", "Infinity", "// 1", "\"\\",
    ])
  func refusesSyntax(text: String) { #expect(code(Array(text.utf8)) == .malformed) }

  @Test(
    "numbers beyond what can be held are refused",
    arguments: [
      "9223372036854775808", "-9223372036854775809", "1e20", "1e400", "-1e999999999",
      String(repeating: "9", count: 500),
    ])
  func refusesNumbers(text: String) { #expect(code(Array(text.utf8)) == .numberOutOfRange) }

  @Test(
    "half of a surrogate pair and NUL are refused",
    arguments: [
      (#""\ud800""#, .loneSurrogate), (#""\udc00""#, .loneSurrogate), (#""\ud800\u0041""#, .loneSurrogate),
      (#""\ud800x""#, .loneSurrogate), (#""a\u0000""#, .nul), (#"{"\u0000":1}"#, .nul),
    ] as [(String, JSONSyntaxError.Code)])
  func refusesCharacters(text: String, expected: JSONSyntaxError.Code) { #expect(code(Array(text.utf8)) == expected) }

  @Test(
    "bytes that are no UTF-8 are refused",
    arguments: [
      [0x22, 0xE9, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
      [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xE2, 0x82],
    ])
  func refusesBytes(bytes: [UInt8]) { #expect(code(bytes) == .notUTF8) }

  @Test("a member named twice is refused, also when only its composition differs")
  func refusesDuplicates() {
    #expect(code(Array("{\"a\":1,\"b\":2,\"a\":3}".utf8)) == .duplicateMember)
    #expect(code(Array("{\"\u{E9}\":1,\"e\u{301}\":3}".utf8)) == .duplicateMember)
  }

  @Test("64 levels are read; 65 and 10,000 are refused")
  func depth() {
    func nested(_ depth: Int) -> [UInt8] {
      Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
    }
    #expect(code(nested(64)) == nil)
    #expect(code(nested(65)) == .tooDeep)
    #expect(code(nested(10_000)) == .tooDeep)
    #expect(code(Array(String(repeating: "{\"a\":", count: 10_000).utf8)) == .tooDeep)
  }

  @Test("ten megabytes are refused at once")
  func size() {
    #expect(code(Array(repeating: UInt8(ascii: " "), count: 10_000_000)) == .tooLarge)
    #expect(code(Array(repeating: UInt8(ascii: " "), count: 999_999) + [UInt8(ascii: "1")]) == nil)
  }

  @Test("a fault is named by line and column, in characters, in both languages")
  func place() {
    do throws(JSONSyntaxError) {
      _ = try parse("{\n  \"é\": tru\n}")
      Issue.record("was read")
    } catch {
      #expect(error.line == 2 && error.column == 8)
      #expect(error.message.en == "Line 2, column 8: this is no JSON: expected \"true\" here")
      #expect(error.message.fr.hasPrefix("Ligne 2, colonne 8\u{202F}: "))
    }
  }

  @Test("composed and decomposed accents are equal once read")
  func composition() throws {
    let composed = try parse("\"Bra\u{219}ov \u{E9}t\u{E9} \u{1EC7}\"")
    let decomposed = try parse("\"Bras\u{326}ov e\u{301}te\u{301} e\u{323}\u{302}\"")
    #expect(composed == decomposed)
    #expect(try JSON.encode(composed) == JSON.encode(decomposed))
  }

  @Test("mutated bytes never crash, and what is read survives being written and read again")
  func fuzz() throws {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SplitMix(seed: seed)
    let sample = Array(
      #"{"title":"Été à Brașov","n":[1,-2.5e3,0.1,true,null,{"x":"\u00e9\ud83d\ude00\n"}],"e":{},"population":541733}"#
        .utf8)
    for round in 0..<20_000 {
      var bytes = sample
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: index)
        case 2: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: index)
        default: bytes.removeSubrange(index..<min(bytes.count, index + 5))
        }
        if bytes.isEmpty { bytes = [0x31] }
      }
      guard let value = try? StrictJSON.parse(bytes) else { continue }
      let again = try StrictJSON.parse(JSON.encode(value))
      #expect(again == value, "seed \(seed), round \(round)")
    }
  }
}
