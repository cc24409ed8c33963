"""A household's way through the generated Python client, against a running Anju."""

import importlib
import json
import pkgutil
import time
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import anju_client
from anju_client import AuthenticatedClient
from anju_client.api.agreements import (
    create_agreement, freeze_roster, get_signing_rate, sign_agreement,
)
from anju_client.api.households import get_household, list_households
from anju_client.api.housing import (
    assign_flat, create_building, create_estate, create_flat, hand_over_flat,
)
from anju_client.api.imports import create_import, get_import
from anju_client.api.inspections import record_inspection
from anju_client.api.lookup import get_resident_case, issue_lookup_code, open_resident_session
from anju_client.api.needs import arrange_need, close_need, register_need
from anju_client.api.parcels import create_parcel, create_programme
from anju_client.api.reports import get_job, get_report_json, order_report
from anju_client.models import (
    Flat, Household, ImportKind, ImportMode, ImportUpload, NewAgreement, NewArrangement, NewAssignment, NewBuilding, NewClosure, NewEstate,
    NewFlat, NewHandover, NewInspection, NewNeed, NewParcel, NewReport, NewSession, NewSignature,
    Parcel, Programme, ProgrammeFields,
)
from anju_client.types import File, Response
from support import BASE_URL, CONTRACT, anyone, fetched, staff

# A region nobody lives in; the last digit is the check digit of GB 11643.
CITIZEN_NUMBER = "370199198001010014"


def done(answer: Response[Any], status: int) -> Any:
    """What the client parsed, or the problem as the end of the journey."""
    assert answer.status_code == status, f"{answer.status_code}: {answer.content.decode()}"
    return answer.parsed


def fresh() -> dict[str, str]:
    return {"idempotency_key": str(uuid4())}


def seen(version: int) -> dict[str, str]:
    return {**fresh(), "if_match": f'"{version}"'}


def every_generated_module_loads() -> None:
    names = [module.name for module in pkgutil.walk_packages(anju_client.__path__, "anju_client.")]
    assert any(name.startswith("anju_client.api.") for name in names), "no operation was generated"
    for name in names:
        importlib.import_module(name)


def the_server_serves_the_contract_the_client_was_made_from() -> None:
    assert fetched("/v1/openapi.json") == json.loads(CONTRACT.read_text())


def finished(client: AuthenticatedClient, job_id: UUID) -> None:
    for _ in range(200):
        job = done(get_job.sync_detailed(job_id, client=client), 200)
        if job.state not in ("queued", "running"):
            assert job.state == "succeeded", job
            return
        time.sleep(0.1)
    raise AssertionError(f"job {job_id} does not end")


def loaded_parcel() -> tuple[Programme, Parcel]:
    """A synthetic programme with one parcel and a roster of one household."""
    admin, officer = staff("district_admin"), staff("case_officer")
    fields = {"name": f"Python {uuid4()}", "year": 2018, "target_villages": 1, "target_areas": 0,
              "target_demolition_m2": "1000.00", "synthetic": True}
    programme = done(create_programme.sync_detailed(
        client=admin, body=ProgrammeFields.from_dict(fields), **fresh()), 201)
    fields = {"programme_id": str(programme.id), "code": "PY", "name": "蟒村", "kind": "old_village",
              "legal_track": "agreement_relocation", "subdistrict": "七贤街道",
              "households_planned": 1, "area_planned_m2": "120.50"}
    parcel = done(create_parcel.sync_detailed(
        client=admin, body=NewParcel.from_dict(fields), **fresh()), 201)
    roster = ("parcel_code,household_no,holder_name,address,id_number,recognised_area_m2\n"
              f"PY,P-1,张小三,蟒村 1 号,{CITIZEN_NUMBER},120.50\n")
    upload = ImportUpload(
        file=File(payload=BytesIO(roster.encode()), file_name="roster.csv", mime_type="text/csv"),
        kind=ImportKind.ROSTER, mode=ImportMode.COMMIT, programme_id=programme.id)
    queued = done(create_import.sync_detailed(client=officer, body=upload, **fresh()), 202)
    finished(officer, queued.job_id)
    assert done(get_import.sync_detailed(queued.id, client=officer), 200).committed
    done(freeze_roster.sync_detailed(parcel.id, client=admin, **fresh()), 201)
    assert isinstance(programme, Programme) and isinstance(parcel, Parcel)
    return programme, parcel


def signed_household(parcel: Parcel) -> Household:
    officer = staff("case_officer")
    page = done(list_households.sync_detailed(client=officer, parcel_id=parcel.id), 200)
    household = done(get_household.sync_detailed(page.items[0].id, client=officer), 200)
    draft = {"household_id": str(household.id), "agreement_no": f"PY-{uuid4()}",
             "floor_area_m2": "120.50", "amount": "1250000.00"}
    draft = done(create_agreement.sync_detailed(
        client=officer, body=NewAgreement.from_dict(draft), **fresh()), 201)
    signed = done(sign_agreement.sync_detailed(
        draft.id, client=officer, body=NewSignature.from_dict({"signed_on": "2018-03-05"}),
        **seen(draft.version)), 200)
    assert (signed.status, signed.amount) == ("signed", "1250000.00")
    rate = done(get_signing_rate.sync_detailed(parcel.id, client=staff("auditor")), 200)
    assert (rate.households.signed, rate.households.share) == (1, "1.0000")
    assert isinstance(household, Household)
    return household


def home_of(programme: Programme, household: Household) -> Flat:
    admin, officer, inspector = staff("district_admin"), staff("case_officer"), staff("inspector")
    estate = {"programme_id": str(programme.id), "name": "蟒村小区", "address": "安居路 1 号"}
    estate = done(create_estate.sync_detailed(
        client=admin, body=NewEstate.from_dict(estate), **fresh()), 201)
    building = done(create_building.sync_detailed(
        estate.id, client=admin, body=NewBuilding.from_dict({"name": "1号楼", "floors": 6}),
        **fresh()), 201)
    flat = done(create_flat.sync_detailed(
        building.id, client=admin, body=NewFlat.from_dict({"flat_no": "1-101", "area_m2": "88.60"}),
        **fresh()), 201)
    assignment = {"household_id": str(household.id), "assigned_on": "2018-11-01"}
    flat = done(assign_flat.sync_detailed(
        flat.id, client=officer, body=NewAssignment.from_dict(assignment),
        **seen(flat.version)), 200)
    keys = NewHandover.from_dict({"handed_over_on": "2018-12-01", "keys": 3})
    early = hand_over_flat.sync_detailed(flat.id, client=officer, body=keys, **seen(flat.version))
    assert [e.code for e in done(early, 409).errors] == ["no-inspection"]
    form = {"flat_id": str(flat.id), "inspected_on": "2018-11-20", "inspector": "演示检查组",
            "items": [{"item": "室内净高", "unit": "mm", "lower": "2785", "upper": "2815",
                       "points": ["2800", "2790.5"]}]}
    inspection = done(record_inspection.sync_detailed(
        client=inspector, body=NewInspection.from_dict(form), **fresh()), 201)
    assert inspection.result == "passed"
    flat = done(hand_over_flat.sync_detailed(
        flat.id, client=officer, body=keys, **seen(flat.version)), 200)
    assert isinstance(flat, Flat)
    return flat


def met_need(household: Household) -> None:
    desk = staff("needs_officer")
    need = {"person_id": str(household.persons[0].id), "kind": "medical", "due_on": "2018-12-31"}
    need = done(register_need.sync_detailed(
        client=desk, body=NewNeed.from_dict(need), **fresh()), 201)
    arranged = {"provider": "社区卫生服务中心", "arranged_on": "2018-06-01"}
    need = done(arrange_need.sync_detailed(
        need.id, client=desk, body=NewArrangement.from_dict(arranged), **seen(need.version)), 200)
    closed = {"outcome": "met", "closed_on": "2018-07-01"}
    done(close_need.sync_detailed(
        need.id, client=desk, body=NewClosure.from_dict(closed), **seen(need.version)), 200)


def seen_by_the_resident(household: Household, flat: Flat) -> None:
    code = done(issue_lookup_code.sync_detailed(
        household.id, client=staff("case_officer"), **fresh()), 201)
    session = {"lookup_code": code.lookup_code, "id_last_six": CITIZEN_NUMBER[-6:],
               "channel": "self"}
    session = done(open_resident_session.sync_detailed(
        client=anyone(), body=NewSession.from_dict(session), **fresh()), 201)
    resident = AuthenticatedClient(base_url=BASE_URL, token=session.token)
    case = done(get_resident_case.sync_detailed(client=resident), 200)
    assert (case.stage, case.holder) == ("handed_over", "张*三")
    assert [home.flat_no for home in case.homes] == [flat.flat_no]


def reported(programme: Programme) -> None:
    auditor = staff("auditor")
    order = {"programme_id": str(programme.id), "kind": "signing-progress"}
    report = done(order_report.sync_detailed(
        client=auditor, body=NewReport.from_dict(order), **fresh()), 202)
    finished(auditor, UUID(report.links.job.rsplit("/", 1)[-1]))
    answer = get_report_json.sync_detailed(report.id, client=auditor)
    assert answer.status_code == 200
    figures = json.loads(answer.content)["totals"]["figures"]
    assert (figures["households_signed"], figures["households_total"]) == (1, 1)


def a_household_goes_from_the_roster_to_the_keys() -> None:
    programme, parcel = loaded_parcel()
    household = signed_household(parcel)
    flat = home_of(programme, household)
    met_need(household)
    seen_by_the_resident(household, flat)
    reported(programme)


STEPS = [
    every_generated_module_loads,
    the_server_serves_the_contract_the_client_was_made_from,
    a_household_goes_from_the_roster_to_the_keys,
]

if __name__ == "__main__":
    for step in STEPS:
        step()
        print(f"  python: {step.__name__.replace('_', ' ')}")
