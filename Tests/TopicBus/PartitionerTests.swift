import Testing
import TopicBus

@Suite("Partitioner")
struct PartitionerTests {
  /// The vectors of Kafka's own `UtilsTest.testMurmur2`.
  @Test(
    "hashes as the Java client does",
    arguments: [
      ("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
      ("a-little-bit-longer-string", -1_486_304_829), ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
      ("abc", 479_470_107),
    ] as [(String, Int32)])
  func vectors(key: String, hash: Int32) {
    #expect(Int32(bitPattern: Partitioner.murmur2(Array(key.utf8))) == hash)
    #expect(Partitioner.partition(of: key, among: 12) == Int(hash & 0x7FFF_FFFF) % 12)
  }

  @Test("every partition gets a fair part of many keys")
  func spreads() {
    var counts = [Int](repeating: 0, count: 12)
    for index in 0..<12_000 { counts[Partitioner.partition(of: "commune:\(index)", among: 12)] += 1 }
    #expect(counts.allSatisfy { (800...1_200).contains($0) })
  }
}
