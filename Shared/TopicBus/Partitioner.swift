/// Chooses partitions as the Java client's default partitioner does, so that jobs of Kafka Streams or Connect
/// co-partition with ours: `toPositive(murmur2(key)) % partitions`.
public enum Partitioner {
  /// - Precondition: `partitions` is positive.
  public static func partition(of key: some Collection<UInt8>, among partitions: Int) -> Int {
    Int(murmur2(key) & 0x7FFF_FFFF) % partitions
  }

  public static func partition(of key: String, among partitions: Int) -> Int {
    partition(of: key.utf8, among: partitions)
  }

  /// MurmurHash2, 32 bits, with the seed that Kafka uses.
  public static func murmur2(_ data: some Collection<UInt8>) -> UInt32 {
    let length = data.count
    let multiplier: UInt32 = 0x5BD1_E995
    var hash: UInt32 = 0x9747_B28C ^ UInt32(truncatingIfNeeded: length)
    var iterator = data.makeIterator()
    func next() -> UInt32 { UInt32(iterator.next() ?? 0) }
    for _ in 0..<length / 4 {
      var word = next()
      word |= next() << 8
      word |= next() << 16
      word |= next() << 24
      word = word &* multiplier
      word ^= word >> 24
      word = word &* multiplier
      hash = hash &* multiplier ^ word
    }
    let rest = length % 4
    if rest > 0 {
      var tail = next()
      if rest > 1 { tail |= next() << 8 }
      if rest > 2 { tail |= next() << 16 }
      hash = (hash ^ tail) &* multiplier
    }
    hash ^= hash >> 13
    hash = hash &* multiplier
    hash ^= hash >> 15
    return hash
  }
}
