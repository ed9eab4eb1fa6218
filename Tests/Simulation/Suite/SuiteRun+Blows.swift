import Seeds
import SimulatedBus
import TopicBus

@testable import ServiceKit

// What befalls processes, commits and transactions.

extension SuiteRun {
  /// What befalls somebody in the moment in which it is most alone.
  func befall(_ participant: any Participant, after choice: Possibility, _ chance: inout Chance) {
    switch choice {
    case .send, .result:
      // Between a send and its note.
      if chance.happens(oneIn: 8), let member = participant.member {
        note("\(participant.name) \(participant.group) is asked to stop, and its next commit fails")
        log.inject(.aborted, into: member.description)
        participant.stop(&log, now: now)
      } else if chance.happens(oneIn: 6) {
        // Its group is shared out anew.
        let others = participants.filter { $0.group == participant.group && $0.name != participant.name }
        guard let other = chance.pick(others) else { break }
        note("\(other.name) \(other.group) dies, and is started again")
        other.kill(&log, evicting: true)
        other.revive()
      }
    default: break
    }
    if participant.isAboutToSend, chance.happens(oneIn: 20), let member = participant.member {
      note("\(participant.name) \(participant.group) is about to send, and its group goes on without it")
      log.evict(member)
    }
    if participant.diesUntil > steps, chance.happens(oneIn: 20) {
      note("\(participant.name) \(participant.group) dies, and is started again")
      participant.kill(&log, evicting: true)
      return participant.revive()
    }
    guard plan.market.suspendsMembers, participant.isResting, chance.happens(oneIn: 4) else { return }
    // Its group is shared out again, and again, before it hears what comes back.
    let others = participants.filter { $0.group == participant.group && $0.name != participant.name }
    guard let other = chance.pick(others) else { return }
    note("\(participant.name) \(participant.group) sleeps")
    participant.sleepsUntil = steps + chance.below(400)
    other.diesUntil = participant.sleepsUntil
  }

  func crash(_ chance: inout Chance) {
    guard let process = chance.pick(processes) else { return }
    let isNoticed = chance.happens(oneIn: 2)
    note("\(process.name) dies\(isNoticed ? "" : ", and nobody notices")")
    for participant in process.participants { participant.kill(&log, evicting: isNoticed) }
  }

  func stop(_ chance: inout Chance) {
    guard let process = chance.pick(processes) else { return }
    note("\(process.name) is asked to stop")
    for participant in process.participants { participant.stop(&log, now: now) }
  }

  func sleep(_ process: Process, _ chance: inout Chance) {
    note("\(process.name) sleeps")
    for participant in process.participants { participant.sleepsUntil = steps + chance.below(120) }
  }

  func strand(_ chance: inout Chance) {
    guard let process = chance.pick(processes) else { return }
    note("\(process.name) does not answer, and its groups go on")
    for participant in process.participants {
      if let member = participant.member { log.evict(member) }
    }
    if chance.happens(oneIn: 2) { sleep(process, &chance) }
  }

  func fault(_ chance: inout Chance) {
    let faults: [Fault] = [
      .unavailable, .uncertain(applied: true), .uncertain(applied: false), .aborted, .fatal, .lateMarkers,
      .lateMarkers, .lateMarkers,
    ]
    guard let fault = chance.pick(faults) else { return }
    if chance.happens(oneIn: 6) {
      note("the front's next append: \(fault)")
      return log.inject(fault, into: "front")
    }
    guard let participant = chance.pick(participants), let member = participant.member else { return }
    note("the next commit of \(participant.name) \(participant.group): \(fault)")
    log.inject(fault, into: member.description)
  }

  func deliverMarker(_ chance: inout Chance) {
    guard let transaction = chance.pick(log.openTransactions), let target = chance.pick(transaction.pending) else {
      return
    }
    note("\(transaction.id) of \(transaction.member) ends in \(target)")
    if transaction.isDecided {
      log.deliverMarker(of: transaction.id, to: target)
    } else {
      log.timeOut(transaction.id)
    }
  }
}
