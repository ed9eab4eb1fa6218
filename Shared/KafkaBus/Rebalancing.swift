import CLibrdkafka
import TopicBus

/// What a member does when its group changes, on its drain's thread: librdkafka waits for it.
struct Rebalancing {
  let drain: Drain
  let tenure: Tenure
  let membership: Membership
  let observer: Observer
  let log: @Sendable (KafkaLogLine) -> Void

  func handle(_ rebalance: Drain.Rebalance) {
    switch rebalance {
    case .assigned(let list): assign(PartitionList.elements(of: list).map(\.partition))
    case .revoked: revoke()
    case .failed:
      tenure.lose()
      drain.unassign()
    }
    drain.change()
  }

  // MARK: Assignment

  private func assign(_ partitions: [TopicPartition]) {
    guard !partitions.isEmpty, !tenure.hasLeft, let metadata = metadata() else {
      // Nothing: to unassign here would mean to join anew.
      tenure.assignedNothing()
      drain.assign([:])
      return
    }
    guard let (committed, starts) = places(of: partitions) else {
      // Lost, or leaving, meanwhile.
      tenure.lose()
      drain.unassign()
      return
    }
    drain.assign(starts)
    tenure.assigned(Assignment(partitions: Set(partitions), committed: committed, metadata: metadata))
  }

  /// The group's metadata as of now: it is reset when the session is lost, so a copy is taken here and used for every
  /// commit of what comes under this assignment.
  private func metadata() -> GroupMetadata? {
    guard let metadata = rd_kafka_consumer_group_metadata(drain.client.pointer) else { return nil }
    defer { rd_kafka_consumer_group_metadata_destroy(metadata) }
    var bytes: UnsafeMutableRawPointer?
    var size = 0
    if let error = rd_kafka_consumer_group_metadata_write(metadata, &bytes, &size) {
      rd_kafka_error_destroy(error)
      return nil
    }
    guard let bytes else { return nil }
    let token = [UInt8](UnsafeRawBufferPointer(start: bytes, count: size))
    rd_kafka_mem_free(drain.client.pointer, bytes)
    let memberID = rd_kafka_memberid(drain.client.pointer)
    defer { rd_kafka_mem_free(drain.client.pointer, memberID) }
    guard let memberID, let generation = Self.generation(in: token), generation >= 0 else { return nil }
    return GroupMetadata(
      group: membership.group, memberID: String(cString: memberID), generation: Int64(generation), token: token)
  }

  /// The generation in serialized metadata: librdkafka 2.0.2 has no other way to it.
  static func generation(in token: [UInt8]) -> Int32? {
    let mark = Array("CGMDv2:".utf8)
    guard token.count >= mark.count + 4, token.starts(with: mark) else { return nil }
    return token.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: mark.count, as: Int32.self) }
  }

  /// The group's stable offsets, and where to read on from; nil when it is no longer to be known.
  private func places(
    of partitions: [TopicPartition]
  ) -> (committed: [TopicPartition: Int64], starts: [TopicPartition: Int64])? {
    var told = ContinuousClock.now
    while !tenure.hasLeft, !drain.isEnding, rd_kafka_assignment_lost(drain.client.pointer) == 0 {
      do throws(BusError) {
        let committed = try committed(of: partitions)
        let rest = partitions.filter { committed[$0] == nil }
        var starts = committed
        for (partition, ends) in try observer.ends(of: rest) {
          starts[partition] = membership.start == .earliest ? ends.low : ends.high
        }
        return (committed, starts)
      } catch {
        if told + .seconds(10) <= .now {
          told = .now
          tell(of: error)
        }
        drain.pause(100)
        drain.runCommands()
      }
    }
    return nil
  }

  private func tell(of error: BusError) {
    let text =
      "group \(membership.group) does not go on yet: its offsets cannot be read (\(error)). If the cluster is well, a"
      + " transaction may never have been ended: kafka-transactions.sh find-hanging names it, abort ends it"
    log(KafkaLogLine(level: 4, facility: "OFFSETS", text: text))
  }

  /// Stable offsets: what an open transaction may still change is waited for.
  private func committed(of partitions: [TopicPartition]) throws(BusError) -> [TopicPartition: Int64] {
    let list = PartitionList(partitions)
    do throws(KafkaError) {
      try KafkaError.check(list.lend { rd_kafka_committed(drain.client.pointer, $0, 5_000) })
    } catch {
      throw error.busError()
    }
    if let failure = list.failure { throw failure.error.busError(topic: failure.partition.topic) }
    return Dictionary(list.elements.filter { $0.offset >= 0 }.map { ($0.partition, $0.offset) }) { $1 }
  }

  // MARK: Revocation

  /// Waits until the caller gave all up, or it is lost anyway.
  private func revoke() {
    if rd_kafka_assignment_lost(drain.client.pointer) != 0 {
      tenure.lose()
      drain.unassign()
      return
    }
    // No more of it is handed out.
    drain.closeLanes()
    if tenure.revoke() {
      drain.change()
      while tenure.isRevoking, !drain.isEnding, !tenure.hasLeft {
        if rd_kafka_assignment_lost(drain.client.pointer) != 0 {
          tenure.lose()
          break
        }
        drain.pause(50)
        // Whoever is to give all up may be waiting for a seek first, of what is no longer handed out.
        drain.runCommands()
      }
    }
    drain.unassign()
  }
}
