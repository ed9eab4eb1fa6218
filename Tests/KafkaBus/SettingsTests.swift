import Foundation
import Testing
import TopicBus

@testable import KafkaBus

@Suite("Settings of the bus on Kafka")
struct SettingsTests {
  @Test("what the promises rest on cannot be passed through", arguments: KafkaSettings.reserved.sorted())
  func reserved(_ name: String) {
    let settings = KafkaSettings(brokers: "127.0.0.1:1", passedThrough: [name: "1"])
    #expect(throws: BusError.self) { try KafkaBus(settings) }
  }

  @Test("a setting that librdkafka does not know stops the start, and its value is not shown")
  func unknown() {
    let settings = KafkaSettings(brokers: "127.0.0.1:1", passedThrough: ["sasl.pasword": "geheim"])
    do {
      _ = try KafkaBus(settings)
      Issue.record("it was taken")
    } catch {
      #expect("\(error)".contains("sasl.pasword") && !"\(error)".contains("geheim"))
    }
  }

  @Test("SASL needs its mechanism said")
  func mechanism() {
    let settings = KafkaSettings(brokers: "127.0.0.1:1", passedThrough: ["security.protocol": "SASL_SSL"])
    #expect(throws: BusError.self) { try KafkaBus(settings) }
  }

  @Test("an instance's name is its client id, shortened where it is long")
  func clientID() {
    #expect(Configuration.clientID("matcher-1") == "matcher-1")
    #expect(Configuration.clientID(String(repeating: "x", count: 300)).utf8.count == 64)
  }

  @Test(
    "how a topic is kept is read back from what it was made with",
    arguments: [
      TopicDeclaration.Cleanup.compacted(tombstonesFor: 604_800_000), .trimmed, .aged(2_592_000_000), .aged(60_000),
    ])
  func declaration(_ cleanup: TopicDeclaration.Cleanup) {
    let declared = TopicDeclaration("t", partitions: 3, cleanup: cleanup)
    let configuration = Dictionary(uniqueKeysWithValues: declared.configuration.map { ($0.name, $0.value) })
    #expect(TopicDeclaration("t", partitions: 3, configuration: configuration) == declared)
  }

  @Test("a token tells whose it is and how long it lasts; what is no token is none")
  func token() throws {
    let payload = Data(#"{"sub":"matcher","exp":1800000000}"#.utf8).base64EncodedString()
      .replacing("=", with: "").replacing("+", with: "-").replacing("/", with: "_")
    let token = try #require(BearerToken(text: "e30.\(payload).sig"))
    #expect(token.subject == "matcher" && token.expires == 1_800_000_000_000)
    for text in ["", "a.b", "a.b.c", "e30.e30.e30"] { #expect(BearerToken(text: text) == nil) }
  }

  @Test("the generation is read from serialized metadata, and from nothing else")
  func generation() {
    let token = Array("CGMDv2:".utf8) + [7, 1, 0, 0] + Array("group\0member\0".utf8) + [1]
    #expect(Rebalancing.generation(in: token) == 263)
    #expect(Rebalancing.generation(in: Array("CGMDv3:".utf8) + [7, 1, 0, 0]) == nil)
    #expect(Rebalancing.generation(in: Array("CGMDv2:".utf8)) == nil)
  }
}
