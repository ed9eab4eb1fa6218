import CPlanes
import CooperationModel

extension Scan {
  /// Makes the bitmaps that the request needs and the list of what is added where.
  func prepare(_ space: Space, _ matrix: UnsafePointer<UInt64>) -> Program {
    let layout = candidates.layout
    let stride = space.stride
    func stored(_ bitmap: Int) -> UnsafePointer<UInt64> { matrix + bitmap * stride }
    func made(_ part: Space.Part) -> UnsafePointer<UInt64> { UnsafePointer(space[part]) }
    space.clear(.none)
    space.clear(.partners)
    var program = Program(candidate: stored(layout.candidate), writable: stored(layout.writable))

    let core = wish.core
    let themes = (0..<core.themeCount).map { core.themes[$0] }
    for theme in themes {
      program.themes.append(
        planes_layer(
          inner: stored(layout.theme(Int(theme.own))), middle: stored(layout.theme(Int(theme.parent))),
          outer: stored(layout.theme(Int(theme.top))),
          points: (Int(theme.ownEvidence), Int(theme.fieldEvidence), Int(theme.domainEvidence))))
      program.substance.append(stored(layout.theme(Int(theme.top))))
    }
    func layer(_ full: UnsafePointer<UInt64>, _ part: UnsafePointer<UInt64>, _ points: (full: Int, part: Int)) {
      guard points.full > 0 || points.part > 0 else { return }
      program.layers.append(
        planes_layer(inner: full, middle: part, outer: part, points: (points.full, points.part, 0)))
    }
    func constant(_ bitmap: UnsafePointer<UInt64>, _ points: Int) { layer(bitmap, bitmap, (points, 0)) }

    if !themes.isEmpty, model.label > 0 {
      space.clear(.labelFull)
      space.clear(.labelField)
      for theme in themes {
        space.add(stored(layout.label(Int(theme.own))), to: .labelFull)
        space.add(stored(layout.label(Int(theme.parentIsField ? theme.parent : theme.own))), to: .labelField)
      }
      layer(made(.labelFull), made(.labelField), (model.label, model.label / 2))
    }
    if core.country >= 0 {
      let country = Int(core.country)
      let interest = stored(layout.interest(country))
      constant(interest, model.interest)
      program.substance.append(interest)
      scatter(country, space)
      program.hasSparse = !candidates.engagements[country].isEmpty
      if program.hasSparse { program.substance.append(made(.worksThere)) }
      neighbourhood(country, space, stored)
      layer(made(.near), made(.region), (model.neighbourhood, model.neighbourhood / 2))
      program.substance.append(made(.ownWork))
      layer(
        stored(layout.network(country)), stored(layout.circle(candidates.landscape.subregions[country])),
        (model.network, model.network / 2))
      let spoken = candidates.landscape.spoken[country]
      if model.languageArea > 0, !spoken.isEmpty {
        space.clear(.area)
        for language in spoken { space.add(stored(layout.area(language)), to: .area) }
        constant(made(.area), model.languageArea)
      }
      if candidates.landscape.hasProximity(to: country) {
        space.clear(.proximityFull)
        space.clear(.proximityPart)
        for place in candidates.landscape.placesNear(country) {
          space.add(place.rows, to: .proximityPart)
          if place.level == 2 { space.add(place.rows, to: .proximityFull) }
        }
        layer(made(.proximityFull), made(.proximityPart), (model.proximity, model.proximity / 2))
      }
    }
    if !core.widePlaces.isEmpty {
      space.clear(.distanceNear)
      space.clear(.distanceWide)
      for place in core.widePlaces.numbers {
        space.add(candidates.landscape.placeRows[place], to: .distanceWide)
        if core.nearPlaces.contains(place) { space.add(candidates.landscape.placeRows[place], to: .distanceNear) }
      }
      layer(made(.distanceNear), made(.distanceWide), (model.distance, model.distance / 2))
    }
    if core.kinds != 0, core.kindPoints > 0 {
      space.clear(.kinds)
      for number in CollectiviteKind.allCases.indices where core.kinds >> UInt8(number) & 1 == 1 {
        space.add(stored(layout.kind(number)), to: .kinds)
      }
      constant(made(.kinds), core.kindPoints)
    }
    if let full = core.full.range, let wide = core.wide.range {
      candidates.landscape.sizes.write(full, to: space[.sizeFull])
      candidates.landscape.sizes.write(wide, to: space[.sizeWide])
      layer(made(.sizeFull), made(.sizeWide), (core.fullPoints, core.widePoints))
    }
    if core.hasTerritories {
      space.clear(.named)
      for number in core.regions.numbers { space.add(candidates.landscape.regionRows[number], to: .named) }
      for number in core.departements.numbers { space.add(candidates.landscape.departementRows[number], to: .named) }
      space.clear(.territory)
      space.add(made(.named), to: .territory)
      for (number, kind) in PlaceKind.allCases.enumerated() where core.geography.contains(kind.geography) {
        space.add(candidates.landscape.placeKindRows[number], to: .territory)
      }
      constant(made(.territory), model.territory)
      if core.namesTerritories, model.namedTerritory > 0 {
        named(themes, hasWork: program.hasSparse, space, stored)
        let affinities = ScoringModel.affinities
        func points(_ affinity: Int) -> Int { model.namedTerritory * affinity / 100 }
        program.layers.append(
          planes_layer(
            inner: made(.namedOwn), middle: made(.namedField), outer: made(.namedDomain),
            points: (points(affinities.own), points(affinities.field), points(affinities.domain))))
      }
    }
    if core.speaksFrench {
      space[.all].update(repeating: .max, count: stride)
      constant(made(.all), model.language)
    } else if core.languageCount > 0 {
      space.clear(.language)
      for place in 0..<core.languageCount {
        let bitmap = candidates.languageBitmaps[Int(core.languages[place])]
        if bitmap >= 0 { space.add(stored(bitmap), to: .language) }
      }
      constant(made(.language), model.language)
    }
    if core.forms != 0 {
      space.clear(.forms)
      for number in 0..<8 where core.forms >> UInt8(number) & 1 == 1 {
        space.add(stored(layout.form(number)), to: .forms)
      }
      constant(made(.forms), model.form)
    }
    for row in candidates.partners(of: wish) { space[.partners][row >> 6] |= 1 << UInt64(row & 63) }
    return program
  }

  /// Writes who lies where the request names it, by how near its themes come; work in the country and a declared
  /// interest in it count as a theme of the same field.
  private func named(
    _ themes: [ThemeWish], hasWork: Bool, _ space: Space, _ stored: (Int) -> UnsafePointer<UInt64>
  ) {
    let layout = candidates.layout
    space.clear(.namedOwn)
    space.clear(.namedField)
    space.clear(.namedDomain)
    for theme in themes {
      space.add(stored(layout.theme(Int(theme.own))), to: .namedOwn)
      if theme.parentIsField { space.add(stored(layout.theme(Int(theme.parent))), to: .namedField) }
      space.add(stored(layout.theme(Int(theme.top))), to: .namedDomain)
    }
    if wish.core.country >= 0 {
      space.add(stored(layout.interest(Int(wish.core.country))), to: .namedField)
      if hasWork { space.add(UnsafePointer(space[.worksThere]), to: .namedField) }
    }
    space.add(UnsafePointer(space[.namedOwn]), to: .namedField)
    space.add(UnsafePointer(space[.namedField]), to: .namedDomain)
    for part in [Space.Part.namedOwn, .namedField, .namedDomain] { space.keep(.named, in: part) }
  }

  /// Writes what cooperations in the country give, row by row of those that have one, into planes of their own.
  private func scatter(_ country: Int, _ space: Space) {
    let list = candidates.engagements[country]
    guard !list.isEmpty else { return }
    let stride = space.stride
    space.clear(.sparse, bitmaps: Self.scoreWidth)
    space.clear(.worksThere)
    let planes = space[.sparse]
    let worksThere = space[.worksThere]
    list.withUnsafeBufferPointer { list in
      wish.experience.withUnsafeBufferPointer { experience in
        guard let experience = experience.baseAddress else { return }
        var place = 0
        while place < list.count {
          let row = list[place].row
          var best = (country: 0, experience: 0)
          repeat {
            let points = model.points(of: list[place], experience)
            best = (max(best.country, points.country), max(best.experience, points.experience))
            place &+= 1
          } while place < list.count && list[place].row == row
          let word = Int(row) >> 6
          let mark: UInt64 = 1 << UInt64(row & 63)
          worksThere[word] |= mark
          var rest = best.country + best.experience
          while rest != 0 {
            planes[rest.trailingZeroBitCount &* stride &+ word] |= mark
            rest &= rest - 1
          }
        }
      }
    }
  }

  /// Writes who is near the country: by others of its département or région, or by its own work around it.
  private func neighbourhood(_ country: Int, _ space: Space, _ stored: (Int) -> UnsafePointer<UInt64>) {
    let landscape = candidates.landscape
    let layout = candidates.layout
    space.clear(.near)
    space.clear(.region)
    space.clear(.ownWork)
    let start = country * landscape.clusterCount
    // Nobody is its own neighbour: the only one of a territory has no other there.
    let active = stored(layout.active(country))
    for number in 0..<landscape.departementCount where candidates.clusters[start + number] > 0 {
      let isAlone = candidates.clusters[start + number] == 1
      space.add(landscape.departementRows[number], to: .near, without: isAlone ? active : nil)
    }
    for number in 0..<landscape.regionCount {
      let count = candidates.clusters[start + landscape.departementCount + number]
      guard count > 0 else { continue }
      space.add(landscape.regionRows[number], to: .region, without: count == 1 ? active : nil)
    }
    let neighbours = landscape.neighbours[country].map { Optional(stored(layout.active($0))) }
    let companions = landscape.companions[country].map { Optional(stored(layout.active($0))) }
    space.add(neighbours, to: .near)
    space.add(neighbours + companions, to: .ownWork)
    space.add([UnsafePointer(space[.near]), UnsafePointer(space[.ownWork])], to: .region)
  }
}
