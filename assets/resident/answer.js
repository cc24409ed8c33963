// One household in the slots of the page: what comes next, how far it is, every figure and date.

import { $, $$, area, beijing, day, dayThisYear, element, english, money, put, say, translate, word } from './words.js';

const HOTLINE = '12345'; // of the government, for whoever has no other number
const phone = (number) => element('a', number, { href: 'tel:' + number.replace(/[^+0-9]/g, '') });

// Fills the named slots; a slot without a value disappears, and its row of a list of facts with it.
function fill(root, values) {
  Object.keys(values).forEach((name) => {
    const slot = put(root.querySelector(`[data-slot="${name}"]`), values[name] || '');
    (slot.closest('dl > div') || slot).hidden = !values[name];
  });
}

function fillList(name, items, values) {
  const list = document.querySelector(`[data-list="${name}"]`);
  list.textContent = '';
  (items || []).forEach((item) => {
    const copy = document.importNode($(name).content, true);
    translate(copy);
    fill(copy, values(item));
    if (item.phone) copy.querySelector('[data-slot="phone"]').firstChild.replaceWith(phone(item.phone));
    list.append(copy);
  });
}

function fillNext(found) {
  const next = found.next_step && found.next_step.title ? found.next_step : {};
  const left = next.due_on && next.days_left >= 0 ? next.days_left : null;
  const dated = !['done', 'follow_up', 'ask_office'].includes(next.code); // a day will be known
  const reachable = (found.contacts || []).find((contact) => contact.phone) || { phone: HOTLINE };
  fill(document, {
    'next-title': next.title || say('nothing_next'),
    'next-due': next.due_on ? say('due', { day: day(next.due_on) }) : next.title && dated && say('due_unknown'),
    'next-left': left !== null && say(left ? 'days_left' : 'due_today', { n: left }),
    'moving-out': found.moving_out && found.moving_out.title + ' · ',
    'next-call': say('ask_by_phone') + ' ',
    'as-of': found.as_of && say('as_of', { day: day(found.as_of) }),
  });
  document.querySelector('.call').append(phone(reachable.phone));
  // The deadline is never torn apart at the end of a line.
  if (found.moving_out) document.querySelector('.meanwhile').append(element('span', say('due', { day: day(found.moving_out.due_on) })));
  $('next-title').classList.toggle('lengthy', (next.title || '').length > (english ? 60 : 20));
}

function fillSteps(found) {
  const steps = $$('#steps li[data-stage]');
  const reached = steps.findIndex((step) => step.dataset.stage === found.stage);
  const mark = (step, done, text) => {
    step.classList.toggle('done', done);
    step.lastChild.textContent = text;
  };
  steps.forEach((step, position) => {
    step.setAttribute('aria-current', position === reached ? 'step' : 'false');
    mark(step, position <= reached, say(position < reached ? 'done' : position === reached ? 'here' : 'ahead'));
  });
  // Who moved out when is not on record: what is known is whether it is due, and that keys come after it.
  const next = found.next_step || {};
  const due = next.code === 'vacate' ? next : found.moving_out;
  const words = found.stage === 'handed_over' ? 'done' : due ? (due.due_on ? 'now_until' : 'now')
    : ['signed', 'home_assigned'].includes(found.stage) ? 'as_agreed' : 'ahead';
  $('moving').classList.toggle('now', Boolean(due));
  mark($('moving'), words === 'done', say(words, { day: due && due.due_on && day(due.due_on) }));
}

// Shows one household in the slots of the page.
export function render(found) {
  fillNext(found);
  fillSteps(found);
  const { parcel = {}, agreement = {}, programme = {} } = found;
  const voided = agreement.status === 'void';
  fill(document, {
    'household-no': found.household_no, holder: found.holder, 'floor-area': area(found.floor_area_m2),
    parcel: parcel.name && say('parcel', { name: parcel.name, kind: word('kind', parcel.kind) }),
    'parcel-stage': word('parcel', parcel.stage), programme: programme.name,
    'agreement-none': !found.agreement && say('agreement_none'),
    'agreement-void': voided && agreement.voided_on && say('agreement_void', { day: day(agreement.voided_on) }),
    amount: !voided && agreement.amount && money(agreement.amount),
    'agreement-area': area(agreement.floor_area_m2), 'agreement-status': word('agreement', agreement.status),
    'signed-on': agreement.signed_on && day(agreement.signed_on), 'agreement-no': agreement.agreement_no,
    'voided-on': agreement.voided_on && day(agreement.voided_on),
    'homes-none': !(found.homes || []).length && say('homes_none'),
    'needs-none': !(found.needs || []).length && say('needs_none'),
  });
  fillList('home', found.homes, (home) => ({
    address: [home.estate, ' ', home.building, '\n', home.flat_no].join(''), area: area(home.area_m2),
    inspection: word('inspection', home.inspection), 'handed-over': home.handed_over_on && day(home.handed_over_on),
    // A failed check says enough where nobody has written down why.
    defects: (home.open_defects > 0 || home.inspection !== 'failed') && say(home.open_defects ? 'defects' : 'defects_none', { n: home.open_defects }),
  }));
  fillList('need', found.needs, (need) => ({
    kind: word('need', need.kind), person: need.person_name, provider: need.provider,
    status: need.outcome && need.outcome !== 'met' ? word('outcome', need.outcome) : word('status', need.status),
    due: need.status !== 'closed' && !need.overdue && need.due_on && day(need.due_on),
    late: need.overdue && say('need_late', { day: dayThisYear(need.due_on, found.as_of) }),
  }));
  fillList('contact', found.contacts, ({ role, name, phone: number }) => ({ role: word('role', role), name, phone: number }));
  fillList('lookup', found.lookups, ({ at, channel, assistant }) => ({
    at: beijing(at), channel: assistant ? say('by_grid_worker', { name: assistant }) : word('channel', channel),
  }));
  fillList('disclosure', found.disclosures, ({ at, role, unit, reason }) => ({
    at: beijing(at), unit, staff: word('staff', role), reason: word('reason', reason),
  }));
  fillList('request', found.requests, ({ kind, field, person_name: person, state: stands, received_on: received, due_on: due, refusal }) => ({
    received: day(received), wish: word('request', kind) + (field ? ' · ' + word('field', field) : ''), person,
    state: word('request_state', stands), why: refusal && word('refusal', refusal),
    due: ['received', 'accepted'].includes(stands) && say('request_due', { day: day(due) }),
  }));
  $('agreement').hidden = !found.agreement;
  $('lookups').hidden = !(found.lookups || []).length;
  $('disclosures').hidden = !(found.disclosures || []).length;
}
